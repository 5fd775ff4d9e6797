import type { EChartsCoreOption } from "echarts/core";
import { shortNumber } from "./number";
import type { Palette } from "./palette";
import type { ChartData, NumberFormat } from "./types";
import { partLabel } from "./words";

/** The narrowest column that still carries its own label. */
const LABEL_WIDTH = 40;

/** The axis of the groups, from left to right; the one that is running stands out. */
export function groupAxis(data: ChartData, palette: Palette, width: number): EChartsCoreOption {
  const count = Math.max(1, data.categories.length);
  const every = Math.max(1, Math.ceil((LABEL_WIDTH * count) / Math.max(1, width - 60)));
  const running = data.categories.findIndex((parts) => parts[0]?.key === data.running);
  return {
    type: "category",
    data: data.categories.map((parts) => (parts[0] ? partLabel(data, parts[0], 0) : "")),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: palette.lineStrong } },
    axisLabel: {
      interval: (index: number) => index % every === 0 || (every === 1 && index === running),
      formatter: (text: string, index: number) => (index === running ? `{now|${text}}` : text),
      color: palette.text2,
      fontSize: 12,
      hideOverlap: true,
      rich: { now: { color: palette.text, fontWeight: 600, fontSize: 12 } },
    },
  };
}

/** The axis of the numbers: dotted lines, no frame. */
export function numberAxis(palette: Palette, format: NumberFormat): EChartsCoreOption {
  return {
    type: "value",
    splitNumber: 3,
    axisLabel: {
      color: palette.text3,
      fontSize: 12,
      formatter: (value: number) => shortNumber(String(value), format),
    },
    splitLine: { lineStyle: { color: palette.line, type: [2, 3] } },
  };
}

/** Stripes of a colour: the time that is still running. */
export function hatched(color: string, surface: string): unknown {
  const tile = document.createElement("canvas");
  tile.width = 8;
  tile.height = 8;
  const pen = tile.getContext("2d");
  if (!pen) return color;
  pen.fillStyle = color;
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = surface;
  pen.globalAlpha = 0.42;
  pen.lineWidth = 2.2;
  for (const shift of [-8, 0, 8]) {
    pen.beginPath();
    pen.moveTo(shift, 8);
    pen.lineTo(shift + 8, 0);
    pen.stroke();
  }
  return { image: tile, repeat: "repeat" };
}
