import { mountIsland } from "@/app/island";
import TasksPage from "./TasksPage.vue";

void mountIsland(TasksPage, ["task", "instance", "form", "record"]);
