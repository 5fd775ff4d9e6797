import type { EChartsCoreOption } from "echarts/core";
import { groupAxis, hatched, numberAxis } from "./axes";
import { direction, exactNumber, plain, signed, signedRate } from "./number";
import type { Palette } from "./palette";
import { TIP_FRAME, type TipLine, tipNode } from "./tooltip";
import type { ChartData, ChartSeries } from "./types";
import { categoryLabel, seriesLabel } from "./words";

/** Room for the numbers of the axis; the figures below the columns leave as much. */
const AXIS_ROOM = 56;

/** Columns for what happened, a line for what was planned. */
export function columnsOption(data: ChartData, palette: Palette, width: number): EChartsCoreOption {
  const bars = data.series.filter((one) => one.drill && one.role !== "plan");
  const plans = data.series.filter((one) => one.role === "plan");
  const running = data.categories.findIndex((parts) => parts[0]?.key === data.running);
  const bar = (series: ChartSeries, index: number) => {
    const color = palette.series[index % 8] ?? palette.text;
    return {
      id: series.key,
      type: "bar",
      stack: data.stacked ? "all" : undefined,
      barMaxWidth: 28,
      barCategoryGap: "42%",
      itemStyle: { color, borderRadius: data.stacked ? 0 : [3, 3, 0, 0] },
      data: series.values.map((value, at) =>
        at === running
          ? { value: plain(value), itemStyle: { color: hatched(color, palette.surface) } }
          : plain(value),
      ),
    };
  };
  const plan = (series: ChartSeries) => ({
    id: series.key,
    type: "line",
    symbol: "circle",
    symbolSize: 5,
    lineStyle: { color: palette.text, width: 1.5 },
    itemStyle: { color: palette.surface, borderColor: palette.text, borderWidth: 1.5 },
    emphasis: { disabled: true },
    data: series.values.map(plain),
    z: 4,
  });
  return {
    textStyle: { fontFamily: palette.font },
    grid: { left: AXIS_ROOM, right: 0, top: 12, bottom: 26 },
    xAxis: groupAxis(data, palette, width),
    yAxis: numberAxis(palette, bars[0]?.format ?? "number"),
    tooltip: {
      ...TIP_FRAME,
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: palette.text3, opacity: 0.08 } },
      formatter: (items: { dataIndex: number }[]) => columnTip(data, palette, items[0]?.dataIndex),
    },
    series: [...bars.map(bar), ...plans.map(plan)],
  };
}

/** Everything that is known of a column, exactly. */
function columnTip(data: ChartData, palette: Palette, index: number | undefined): HTMLElement {
  const category = index === undefined ? undefined : data.categories[index];
  if (index === undefined || !category) return tipNode("", []);
  const bars = data.series.filter((one) => one.drill && one.role !== "plan");
  const lines = data.series.map((series): TipLine => {
    const value = series.values[index] ?? null;
    const label = seriesLabel(series);
    if (series.role === "yoy" || series.role === "mom") {
      return { label, value: signedRate(value), tone: direction(value) };
    }
    if (series.role === "gap") {
      const text = signed(value, (gap) => exactNumber(gap, series.format));
      return { label, value: text, tone: direction(value) };
    }
    const at = bars.indexOf(series);
    const color = bars.length > 1 && at >= 0 ? palette.series[at % 8] : undefined;
    return { label, value: exactNumber(value, series.format), color };
  });
  return tipNode(categoryLabel(data, category), lines);
}
