import { describe, expect, it } from "vitest";
import { mainFactor, mainFactors, verdictKind } from "./gap";
import type { GapChart, GapFactor } from "./types";
import { waterfall } from "./waterfall";

function factor(key: string, direct: string, assumption: string, execution: string): GapFactor {
  const values = { plan: null, baseline: null, actual: null, share: null, unit: null };
  const total = String(Number(assumption) + Number(execution));
  return { key, label: key, format: "number", ...values, direct, assumption, execution, total };
}

const CHART = {
  plan: "4860000.00",
  baseline: "4226112.00",
  actual: "3979000.00",
  gap: "-881000.00",
  assumption: "-633888.00",
  execution: "-247112.00",
  shares: ["0.71951", "0.28049"],
  factors: [
    factor("leads", "-187734.08", "0.00", "-174626.09"),
    factor("to_deal", "-563084.02", "-378096.00", "-182388.02"),
    factor("to_offer", "259988.60", "0.00", "241550.99"),
    factor("win", "-215195.25", "-153816.00", "-61097.86"),
    factor("size", "-174975.25", "-101976.00", "-70551.02"),
  ],
} as unknown as GapChart;

describe("the causes of a gap", () => {
  it("are those that did most in its direction", () => {
    const keys = (found: GapFactor[]) => found.map((one) => one.key);
    const assumed = mainFactors(CHART.factors, (one) => one.assumption, CHART.assumption);
    const executed = mainFactors(CHART.factors, (one) => one.execution, CHART.execution);
    expect(keys(assumed)).toEqual(["to_deal"]);
    expect(keys(executed)).toEqual(["to_deal", "leads"]);
    expect(mainFactor(CHART)?.key).toBe("to_deal");
    expect(keys(mainFactors(CHART.factors, (one) => one.total, "1"))).toEqual(["to_offer"]);
  });

  it("choose the sentence", () => {
    expect(verdictKind(CHART)).toBe("short_both");
    expect(verdictKind({ ...CHART, baseline: null })).toBe("short_direct");
    expect(verdictKind({ ...CHART, factors: [] })).toBe("short_unexplained");
    expect(verdictKind({ ...CHART, gap: "0.00" })).toBe("none");
    expect(verdictKind({ ...CHART, gap: "5.00", shares: null })).toBe("over_against");
    const met = { ...CHART, execution: "0.00", shares: ["1", "0"] as [string, string] };
    expect(verdictKind(met)).toBe("short_assumption");
  });
});

describe("a waterfall", () => {
  it("steps from the plan to what came", () => {
    const { bars, from, to } = waterfall(CHART);
    expect(bars.map((bar) => bar.key)).toEqual([
      "plan",
      "leads",
      "to_deal",
      "to_offer",
      "win",
      "size",
      "actual",
    ]);
    expect(bars[5]?.end).toBeCloseTo(3_979_000, 2);
    expect([from, to]).toEqual([3_600_000, 4_860_000]);
  });

  it("starts at zero where the steps are large", () => {
    const large = { ...CHART, plan: "100.00", actual: "20.00", factors: [] } as GapChart;
    expect(waterfall(large).from).toBe(0);
    const below = { ...CHART, plan: "100.00", actual: "-20.00", factors: [] } as GapChart;
    expect(waterfall(below).from).toBe(-20);
  });
});
