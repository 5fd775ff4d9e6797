import { mountIsland } from "@/app/island";
import "@/document/parts.css";
import FlowPage from "./FlowPage.vue";

void mountIsland(FlowPage, ["flow_designer", "designer", "instance", "task"]);
