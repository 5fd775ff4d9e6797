import { describe, expect, it } from "vitest";
import type { DashboardFilter } from "./api";
import { pickedOf, readPicked, writePicked } from "./picked";

const PERIOD: DashboardFilter = {
  key: "period",
  label: "Period",
  kind: "period",
  default: "this_year",
};
const REGION: DashboardFilter = { key: "region", label: "Region", kind: "field", default: null };
const FILTERS = [PERIOD, REGION];

describe("what is picked", () => {
  it("stands in the address and comes back from it", () => {
    for (const picked of [
      {},
      { period: "last_quarter", region: ["east", "north"] },
      { period: { from: "2026-05-20", to: "2026-06-18" } },
      { period: { last_days: 30 }, region: null },
    ]) {
      const search = writePicked(FILTERS, picked, "?by=person");
      expect(search.startsWith("?by=person")).toBe(true);
      expect(readPicked(FILTERS, search)).toEqual(picked);
    }
    expect(writePicked(FILTERS, { region: ["east", "north"] }, "")).toBe("?region=east,north");
  });

  it("falls back to the default, and can be set to everything", () => {
    expect(pickedOf(PERIOD, {})).toBe("this_year");
    expect(pickedOf(PERIOD, { period: null })).toBe(null);
    expect(pickedOf(REGION, {})).toBe(null);
  });
});
