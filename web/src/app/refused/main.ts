import { mountIsland } from "@/app/island";
import Refused from "./Refused.vue";

void mountIsland(Refused, ["shell"]);
