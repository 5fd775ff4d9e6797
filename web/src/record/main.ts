import { mountIsland } from "../island";
import RecordPage from "./RecordPage.vue";

void mountIsland(RecordPage, ["record", "form", "process"]);
