import { mountIsland } from "../island";
import "../design/parts.css";
import AdminPage from "./AdminPage.vue";

void mountIsland(AdminPage, ["admin", "designer"]);
