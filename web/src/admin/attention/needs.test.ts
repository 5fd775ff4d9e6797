import { beforeAll, expect, it } from "vitest";
import type { InNeed } from "@/api/instances";
import { loadTexts } from "@/app/i18n";
import { causeOf, isMendedByEdit, needsOf } from "./needs";

const inNeed = (
  id: string,
  more: Partial<InNeed> = {},
  line: Partial<InNeed["line"]> = {},
): InNeed => ({
  line: {
    id,
    kind: "stuck",
    title: id,
    app: "crm",
    form: "trip",
    form_label: "Trip",
    record: id,
    step: "s",
    step_label: "S",
    flow_label: "Trips",
    starter: "chen",
    arrived_at: "2026-06-18T01:00:00Z",
    done_at: null,
    action: "stuck",
    summary: [],
    problem: null,
    ...line,
  },
  reason: null,
  code: null,
  absent: [],
  ...more,
});

beforeAll(() => loadTexts(["ui", "instance"]));

it("puts what has one cause together, the oldest first", () => {
  const needs = needsOf(
    [
      inNeed("b", { reason: "x" }, { arrived_at: "2026-06-18T03:00:00Z" }),
      inNeed("c", { reason: "y" }, { arrived_at: "2026-06-18T02:00:00Z" }),
      inNeed("a", { reason: "x" }, { arrived_at: "2026-06-18T01:00:00Z" }),
    ],
    null,
  );
  expect(needs.map(({ title, of }) => [title, of.map(({ line }) => line.id)])).toEqual([
    ["x", ["a", "b"]],
    ["y", ["c"]],
  ]);
});

it("offers to change a record only where that can help", () => {
  const needs = needsOf(
    [
      inNeed("a", { reason: "empty", code: "branch_undecided" }),
      inNeed("b", { reason: "nobody", code: "nobody_to_approve" }),
    ],
    null,
  );
  expect(needs.map(isMendedByEdit)).toEqual([true, false]);
});

it("tells how an instance can be helped", () => {
  expect(causeOf(inNeed("a", { reason: "x" }))).toBe("stuck");
  expect(causeOf(inNeed("a", { reason: "x" }, { problem: "instance_unreadable" }))).toBe(
    "unreadable",
  );
  expect(causeOf(inNeed("a", { absent: ["lin"] }, { action: "running" }))).toBe("absent");
  expect(causeOf(inNeed("a", { absent: ["lin"] }, { action: "returned" }))).toBe("returned");
});
