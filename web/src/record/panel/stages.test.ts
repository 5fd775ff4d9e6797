import { expect, it } from "vitest";
import type { FormScreen, HistoryEvent, RecordValues } from "@/api/types";
import { fieldLike } from "@/field/testing";
import { stagesOf } from "./stages";

const DAY = 86_400_000;
const options = ["found", "offer", "won"].map((key) => ({ key, label: key }));
const screen = {
  fields: [fieldLike("choice", { key: "stage", options: { appearance: "path", options } })],
} as unknown as FormScreen;
const record = {
  id: "r",
  version: 1,
  title: "",
  stage: "offer",
  created_at: "2026-06-01T00:00:00Z",
} as RecordValues;

function move(at: string, from: string | null, to: string): HistoryEvent {
  const change = { field: "stage", label: "", from, to };
  return { id: at, at, by: "chen", kind: "update", changes: [change], detail: null };
}

it("adds up the stays in each stage, whatever the order of the events", () => {
  const history = [
    move("2026-06-09T00:00:00Z", "found", "offer"),
    move("2026-06-06T00:00:00Z", "offer", "found"),
    move("2026-06-04T00:00:00Z", "found", "offer"),
  ];
  const stages = stagesOf(screen, record, history, Date.parse("2026-06-10T00:00:00Z"));
  expect(stages.map((stage) => [stage.state, stage.spent])).toEqual([
    ["past", 6 * DAY],
    ["now", 3 * DAY],
    ["to_come", null],
  ]);
});

it("counts from creation without any history", () => {
  const stages = stagesOf(screen, record, [], Date.parse("2026-06-03T00:00:00Z"));
  expect(stages.map((stage) => stage.spent)).toEqual([null, 2 * DAY, null]);
});
