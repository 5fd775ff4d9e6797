import { mountIsland } from "@/app/island";
import "@/document/parts.css";
import AdminPage from "./AdminPage.vue";

void mountIsland(AdminPage, ["admin", "designer", "instance"]);
