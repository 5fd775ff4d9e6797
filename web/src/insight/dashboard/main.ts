import { mountIsland } from "@/app/island";
import Dashboard from "./Dashboard.vue";

void mountIsland(Dashboard, ["dashboard"]);
