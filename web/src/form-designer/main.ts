import { mountIsland } from "../island";
import DesignerPage from "./DesignerPage.vue";

void mountIsland(DesignerPage, ["designer", "form", "grid", "process"]);
