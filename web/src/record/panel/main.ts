import { mountIsland } from "@/app/island";
import RecordPage from "./RecordPage.vue";

void mountIsland(RecordPage, ["record", "form", "instance"]);
