import { mountIsland } from "@/app/island";
import "@/document/parts.css";
import DesignerPage from "./DesignerPage.vue";

void mountIsland(DesignerPage, ["designer", "form", "grid", "instance"]);
