import { mountIsland } from "../island";
import AdminPage from "./AdminPage.vue";

void mountIsland(AdminPage, ["admin", "designer"]);
