import { mountIsland } from "../island";
import "../design/parts.css";
import DesignerPage from "./DesignerPage.vue";

void mountIsland(DesignerPage, ["designer", "form", "grid", "process"]);
