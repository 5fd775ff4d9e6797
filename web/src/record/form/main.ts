import { mountIsland } from "@/app/island";
import FormPage from "./FormPage.vue";

void mountIsland(FormPage, ["form"]);
