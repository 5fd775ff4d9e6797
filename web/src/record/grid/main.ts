import { mountIsland } from "@/app/island";
import GridPage from "./GridPage.vue";

void mountIsland(GridPage, ["grid", "record", "form", "instance"]);
