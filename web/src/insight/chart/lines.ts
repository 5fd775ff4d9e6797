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
/** Longer names of lines end in an ellipsis. */
const MOST_NAMED = 16;
/** Strong words are a little wider than those that are measured. */
const STRONG = 1.08;

/** Lines over time, each named at its end; the plan is thin and grey. */
export function linesOption(data: ChartData, palette: Palette, width: number): EChartsCoreOption {
  const drawn = data.series.filter((one) => one.drill);
  const named = width >= NAMED_FROM;
  const room = named ? endRoom(drawn, width) : 8;
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
    grid: { left: 0, right: room, top: 12, bottom: 4, containLabel: true },
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
  const name = label.length > MOST_NAMED ? `${label.slice(0, MOST_NAMED - 1)}…` : label;
  return `${name} ${shortNumber(last, series.format)}`;
}

/** The part of the width that the lines themselves are sure to have. */
const SURE = 0.6;

/**
 * Room to the right for the names of lines. One that ends early, since what comes is not known
 * yet, has the rest of its own axis too.
 */
function endRoom(drawn: ChartSeries[], width: number): number {
  const needs = drawn.map((series) => {
    const last = series.values.findLastIndex((value) => value !== null);
    const steps = Math.max(1, series.values.length - 1);
    const free = last < 0 ? 1 : (steps - last) / steps;
    return textWidth(endText(series)) * STRONG + 14 - free * width * SURE;
  });
  return Math.max(8, ...needs);
}
