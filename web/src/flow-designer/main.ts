import { mountIsland } from "../island";
import FlowDesigner from "./FlowDesigner.vue";

void mountIsland(FlowDesigner, ["flow_designer", "process", "task"]);
