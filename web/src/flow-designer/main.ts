import { mountIsland } from "../island";
import "../design/parts.css";
import FlowPage from "./FlowPage.vue";

void mountIsland(FlowPage, ["flow_designer", "designer", "process", "task"]);
