import { expect, it } from "vitest";
import type { HistoryEvent } from "@/api/types";
import { toldEvents } from "./events";

const event = (id: string, kind: string, more: Partial<HistoryEvent> = {}): HistoryEvent => ({
  id,
  at: "2026-06-18T01:00:00Z",
  by: "lin",
  kind,
  changes: [],
  detail: {},
  ...more,
});
const change = { field: "flow_status", label: "State", from: "running", to: "cancelled" };

it("tells what a step did to the record's state with the step", () => {
  const detail = { comment: "given up", label: { "zh-CN": "费用分级", en: "By cost" } };
  const told = toldEvents([
    event("2", "record_updated", { changes: [change] }),
    event("1", "process_ended", { detail }),
  ]);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({
    id: "1",
    changes: [change],
    comment: "given up",
    step: "费用分级",
  });
});

it("keeps changes of somebody else and of other fields", () => {
  const told = toldEvents([
    event("3", "record_updated", { changes: [{ ...change, field: "days" }] }),
    event("2", "record_updated", { changes: [change], by: "chen" }),
    event("1", "process_ended"),
  ]);
  expect(told.map(({ id }) => id)).toEqual(["3", "2", "1"]);
});

it("does not repeat what a record began with", () => {
  expect(toldEvents([event("1", "record_created", { changes: [change] })])[0]?.changes).toEqual([]);
});
