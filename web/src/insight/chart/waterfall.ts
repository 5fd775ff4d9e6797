import type { GapChart } from "./types";

/** One bar of a waterfall, from the value below to the value above. */
export interface WaterfallBar {
  key: string;
  kind: "whole" | "step";
  low: number;
  high: number;
  /** Where the next bar starts. */
  end: number;
  isUp: boolean;
}

export interface Waterfall {
  bars: WaterfallBar[];
  /** Where the axis starts; above zero it is cut, and says so. */
  from: number;
  to: number;
}

/** The bars from the plan over each factor's effect to what came. */
export function waterfall(chart: GapChart): Waterfall {
  const whole = (key: string, value: number): WaterfallBar => ({
    key,
    kind: "whole",
    low: Math.min(0, value),
    high: Math.max(0, value),
    end: value,
    isUp: true,
  });
  const bars = [whole("plan", Number(chart.plan))];
  let level = Number(chart.plan);
  for (const factor of chart.factors) {
    const next = level + Number(factor.direct);
    bars.push({
      key: factor.key,
      kind: "step",
      low: Math.min(level, next),
      high: Math.max(level, next),
      end: next,
      isUp: next >= level,
    });
    level = next;
  }
  bars.push(whole("actual", Number(chart.actual)));
  return { bars, ...range(bars) };
}

/**
 * The part of the axis that is shown. Steps that are small beside the wholes are hard to see on
 * an axis from zero, so it is cut below the lowest step.
 */
function range(bars: WaterfallBar[]): { from: number; to: number } {
  const highest = Math.max(...bars.map((bar) => bar.high));
  const lowest = Math.min(...bars.map((bar) => (bar.kind === "whole" ? bar.end : bar.low)));
  if (lowest <= 0) return { from: Math.min(0, ...bars.map((bar) => bar.low)), to: highest };
  const spread = highest - lowest;
  const isSmall = spread < highest * 0.6;
  return { from: isSmall ? round(Math.max(0, lowest - spread * 0.4)) : 0, to: highest };
}

/** Down to two digits, so that the cut can be said in few words. */
function round(value: number): number {
  if (value <= 0) return 0;
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.floor(value / unit) * unit;
}
