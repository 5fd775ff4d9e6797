import { mountIsland } from "../island";
import FormPage from "./FormPage.vue";

void mountIsland(FormPage, ["form"]);
