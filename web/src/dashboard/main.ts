import { mountIsland } from "../island";
import Dashboard from "./Dashboard.vue";

void mountIsland(Dashboard, ["dashboard"]);
