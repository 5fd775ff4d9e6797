import { mountIsland } from "@/app/island";
import Workbench from "./Workbench.vue";

void mountIsland(Workbench, ["workbench", "task", "instance", "dashboard"]);
