import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";

// Only the parts that are drawn with; this module is loaded where a canvas stands.
use([BarChart, LineChart, GridComponent, TooltipComponent, LabelLayout, CanvasRenderer]);

export type { EChartsType };
export { init };
