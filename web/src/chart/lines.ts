import type { EChartsCoreOption } from "echarts/core";
import { groupAxis, numberAxis } from "./axes";
import { exactNumber, plain, shortNumber } from "./number";
import type { Palette } from "./palette";
import { TIP_FRAME, tipNode } from "./tooltip";
import type { ChartData, ChartSeries } from "./types";
import { categoryLabel, seriesLabel } from "./words";

/** Room for the names at the ends of lines. */
const END_LABEL = 84;

/** Lines over time, each named at its end; the plan is thin and grey. */
export function linesOption(data: ChartData, palette: Palette, width: number): EChartsCoreOption {
  const drawn = data.series.filter((one) => one.drill);
  const named = width >= 280;
  const line = (series: ChartSeries, index: number) => {
    const isPlan = series.role === "plan";
    const color = isPlan ? palette.text3 : (palette.series[index % 8] ?? palette.text);
    const last = series.values.filter((value) => value !== null).at(-1) ?? null;
    return {
      id: series.key,
      type: "line",
      symbol: "circle",
      symbolSize: 5,
      showSymbol: data.categories.length < 2,
      lineStyle: { color, width: isPlan ? 1.5 : 2 },
      itemStyle: { color },
      areaStyle: data.area && !isPlan ? { color, opacity: 0.1 } : undefined,
      endLabel: {
        show: named,
        formatter: `{name|${short(seriesLabel(series))}}\n${shortNumber(last, series.format)}`,
        color: isPlan ? palette.text2 : palette.text,
        fontSize: 12,
        fontWeight: 600,
        lineHeight: 16,
        rich: { name: { color: palette.text3, fontSize: 12, lineHeight: 16 } },
        distance: 8,
      },
      labelLayout: { moveOverlap: "shiftY" },
      emphasis: { disabled: true },
      data: series.values.map(plain),
      z: isPlan ? 2 : 3,
    };
  };
  return {
    textStyle: { fontFamily: palette.font },
    grid: { left: 0, right: named ? END_LABEL : 8, top: 12, bottom: 0, containLabel: true },
    xAxis: { ...groupAxis(data, palette, width - END_LABEL), boundaryGap: false },
    yAxis: numberAxis(palette, drawn[0]?.format ?? "number"),
    tooltip: {
      ...TIP_FRAME,
      trigger: "axis",
      axisPointer: { type: "line", lineStyle: { color: palette.lineStrong, type: "solid" } },
      formatter: (items: { dataIndex: number }[]) => lineTip(data, palette, items[0]?.dataIndex),
    },
    series: drawn.map(line),
  };
}

function lineTip(data: ChartData, palette: Palette, index: number | undefined): HTMLElement {
  const category = index === undefined ? undefined : data.categories[index];
  if (index === undefined || !category) return tipNode("", []);
  const drawn = data.series.filter((one) => one.drill);
  return tipNode(
    categoryLabel(data, category),
    drawn.map((series, at) => ({
      label: seriesLabel(series),
      value: exactNumber(series.values[index] ?? null, series.format),
      color: series.role === "plan" ? palette.text3 : palette.series[at % 8],
    })),
  );
}

function short(label: string): string {
  return label.length > 10 ? `${label.slice(0, 9)}…` : label;
}
