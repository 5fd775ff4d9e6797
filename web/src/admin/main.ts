import { mountIsland } from "../island";
import "../form-designer/parts.css";
import AdminPage from "./AdminPage.vue";

void mountIsland(AdminPage, ["admin", "designer"]);
