import type { EChartsCoreOption } from "echarts/core";
import { groupAxis, numberAxis } from "./axes";
import { exactNumber, plain, shortNumber } from "./number";
import type { Palette } from "./palette";
import { textWidth } from "./text";
import { TIP_FRAME, tipNode } from "./tooltip";
import type { ChartData, ChartSeries } from "./types";
import { categoryLabel, seriesLabel } from "./words";

/** Below this width lines carry no names at their ends; the tooltip has them. */
const NAMED_FROM = 260;

/** Lines over time, each named at its end; the plan is thin and grey. */
export function linesOption(data: ChartData, palette: Palette, width: number): EChartsCoreOption {
  const drawn = data.series.filter((one) => one.drill);
  const named = width >= NAMED_FROM;
  const room = named ? endRoom(drawn) : 8;
  const line = (series: ChartSeries, index: number) => {
    const isPlan = series.role === "plan";
    const color = isPlan ? palette.text3 : (palette.series[index % 8] ?? palette.text);
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
        formatter: endText(series),
        color: isPlan ? palette.text2 : palette.text,
        fontSize: 12,
        fontWeight: 600,
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
    grid: { left: 0, right: room, top: 12, bottom: 0, containLabel: true },
    xAxis: { ...groupAxis(data, palette, width - room), boundaryGap: false },
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

/** The name of a line and where it stands at its end. */
function endText(series: ChartSeries): string {
  const last = series.values.filter((value) => value !== null).at(-1) ?? null;
  const label = seriesLabel(series);
  const name = label.length > 12 ? `${label.slice(0, 11)}…` : label;
  return `${name} ${shortNumber(last, series.format)}`;
}

/** Room to the right for the names of lines that go on to the end. */
function endRoom(drawn: ChartSeries[]): number {
  const ending = drawn.filter((series) => series.values.at(-1) !== null);
  return Math.max(8, ...ending.map((series) => textWidth(endText(series)) + 14));
}
