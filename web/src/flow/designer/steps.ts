import { type Component, defineAsyncComponent } from "vue";
import type { StepKind } from "@/api/types";
import type { FlowStep } from "./document";

export type StepGroup = "people" | "way" | "automatic";

/** How a kind of step is offered and set. */
export interface StepDesign {
  group: StepGroup;
  /** What its keys begin with, where that is not the kind. */
  stem?: string;
  /** What a new step has besides key, name and kind. */
  begin: () => Partial<FlowStep>;
  /** Sets what is the kind's own; takes the step. */
  panel: Component;
}

const assigned = defineAsyncComponent(() => import("./properties/AssignedPanel.vue"));

/** Every kind of step, one line each, in the order in which they are offered. */
export const STEP_DESIGNS: Record<StepKind, StepDesign> = {
  approve: {
    group: "people",
    begin: () => ({ assignees: [{ starter_head: 0 }] }),
    panel: assigned,
  },
  fill: {
    group: "people",
    begin: () => ({ assignees: [{ starter: true }], fields: { editable: [] } }),
    panel: assigned,
  },
  copy_to: {
    group: "people",
    stem: "copy",
    begin: () => ({ to: [{ starter: true }] }),
    panel: defineAsyncComponent(() => import("./properties/ToldPanel.vue")),
  },
  branch: {
    group: "way",
    begin: () => ({ branches: [] }),
    panel: defineAsyncComponent(() => import("./properties/BranchingPanel.vue")),
  },
  act: {
    group: "automatic",
    begin: () => ({ effects: [{ update: { set: {} } }] }),
    panel: defineAsyncComponent(() => import("./properties/ActPanel.vue")),
  },
};
