import { describe, expect, it } from "vitest";
import { page } from "@/app/page";
import { drillLink } from "./drill";
import { direction, exactNumber, shortNumber, signedPoints, signedRate } from "./number";
import { bucketLabel, bucketSpan, spanWords } from "./span";
import type { Drill } from "./types";

const DRILL: Drill = {
  form: "contract",
  filter: {
    all: [
      { field: "state", op: "eq", value: "effective" },
      { field: "signed", op: "in_period", value: { from: "2026-01-01", to: "2026-12-31" } },
    ],
  },
  dimensions: [
    { field: "signed", bucket: "month" },
    { field: "account.region", bucket: null },
  ],
};

function filterOf(link: string): unknown {
  return JSON.parse(new URL(link, "http://x").searchParams.get("filter") ?? "null");
}

describe("the records behind a point", () => {
  it("are those of the series in the group", () => {
    const link = drillLink("crm", DRILL, [
      { key: "2026-06", label: null },
      { key: "east", label: "华东" },
    ]);
    expect(link.startsWith("/apps/crm/forms/contract?filter=")).toBe(true);
    expect(filterOf(link)).toEqual({
      all: [
        { field: "state", op: "eq", value: "effective" },
        { field: "signed", op: "in_period", value: { from: "2026-06-01", to: "2026-06-30" } },
        { field: "account.region", op: "eq", value: "east" },
      ],
    });
  });

  it("are those without a value where nothing is filled in", () => {
    const drill = { ...DRILL, filter: { all: [] }, dimensions: DRILL.dimensions.slice(1) };
    const link = drillLink("crm", drill, [{ key: null, label: null }]);
    expect(filterOf(link)).toEqual({ field: "account.region", op: "empty" });
    expect(drillLink("crm", { ...drill, dimensions: [] })).toBe("/apps/crm/forms/contract");
  });
});

describe("periods", () => {
  it("have days", () => {
    expect(bucketSpan("2026-Q2", "quarter")).toEqual({ from: "2026-04-01", to: "2026-06-30" });
    expect(bucketSpan("2024-02", "month").to).toBe("2024-02-29");
    expect(bucketSpan("2026-12-28", "week").to).toBe("2027-01-03");
  });

  it("have names", () => {
    page.locale = "zh-CN";
    expect(spanWords({ from: "2026-01-01", to: "2026-12-31" })).toBe("2026 年");
    expect(spanWords({ from: "2026-04-01", to: "2026-06-30" })).toBe("2026 年二季度");
    expect(spanWords({ from: "2026-05-20", to: "2026-06-18" })).toBe("2026-05-20 至 2026-06-18");
    expect(bucketLabel("2026-06", "month", true)).toBe("6 月");
    page.locale = "en";
    expect(spanWords({ from: "2026-06-01", to: "2026-06-30" })).toBe("Jun 2026");
    expect(bucketLabel("2026-Q2", "quarter", false)).toBe("Q2 2026");
  });
});

describe("numbers", () => {
  it("are short on a chart and exact in a tooltip", () => {
    page.locale = "zh-CN";
    expect(shortNumber("-4860000.00", "money")).toBe("−486 万");
    expect(exactNumber("-4860000.1", "money")).toBe("−4,860,000.10");
    expect(shortNumber("0.286364", "percent")).toBe("28.6%");
    expect(shortNumber("1200.5", "number")).toBe("1,200.5");
    expect(shortNumber("165.600000", "number")).toBe("165.6");
    expect(exactNumber("165.600000", "number")).toBe("165.6");
    expect(exactNumber("1200", "number")).toBe("1,200");
    expect(shortNumber("12000000.00", "money")).toBe("1,200 万");
  });

  it("say which way they go", () => {
    expect(signedRate("0.043")).toBe("+4.3%");
    expect(signedRate("-0.11")).toBe("−11.0%");
    expect(signedRate("-0.0003")).toBe("0.0%");
    expect(signedPoints("-0.064")).toBe("−6.4");
    expect([direction("-0.01"), direction("0.00"), direction("3")]).toEqual(["down", "even", "up"]);
  });

  it("are a dash where they cannot be computed", () => {
    expect(shortNumber(null, "money")).toBe("—");
    expect(signedRate(null)).toBe("—");
    expect(exactNumber(null, "percent")).toBe("—");
  });
});
