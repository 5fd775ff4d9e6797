import { type Component, defineAsyncComponent } from "vue";
import Table from "./Table.vue";

/** How a chart kind stands on the page. */
export interface ChartView {
  component: Component;
  /** Draws its own cards; the page puts none around it. */
  isBare?: boolean;
  /** Can be read as a table of its numbers. */
  hasTable?: boolean;
}

const lazy = (load: () => Promise<Component>) =>
  defineAsyncComponent(load as () => Promise<Component>);

/** The drawing of every chart kind, in alphabetical order; fetched when a page has one. */
export const CHARTS: Record<string, ChartView> = {
  bar: { component: lazy(() => import("./Bar.vue")), hasTable: true },
  funnel: { component: lazy(() => import("./Funnel.vue")) },
  gap: { component: lazy(() => import("./Gap.vue")), isBare: true },
  kpi: { component: lazy(() => import("./Kpi.vue")), isBare: true },
  line: { component: lazy(() => import("./Line.vue")), hasTable: true },
  plan_actual: { component: lazy(() => import("./PlanActual.vue")), hasTable: true },
  table: { component: Table },
};
