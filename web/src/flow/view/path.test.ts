import { describe, expect, it } from "vitest";
import type { Instance, InstanceStep } from "@/api/types";
import { pathRows } from "./path";
import { truthful } from "./truthful";

const step = (key: string, more: Partial<InstanceStep> = {}): InstanceStep => ({
  key,
  label: key,
  kind: "approve",
  state: "done",
  entered_at: null,
  people: [],
  ...more,
});
const instance = (steps: InstanceStep[]): Instance => ({
  flow: { key: "f", label: "f", version: 1 },
  state: "running",
  started_at: "2026-06-18T01:00:00Z",
  finished_at: null,
  starter: "chen",
  stuck: null,
  may_administer: false,
  steps,
  log: [],
});
const branching = (state: InstanceStep["state"], taken: boolean): InstanceStep =>
  step("split", {
    kind: "branch",
    state,
    branches: [
      { key: "large", label: "Large", when: "x", taken, steps: [step("a"), step("b")] },
      { key: "other", label: "Other", when: null, taken: false, steps: [step("c")] },
    ],
  });

describe("the way of an instance", () => {
  it("leaves out branches that are not taken and names the one that is", () => {
    const rows = pathRows(instance([branching("done", true), step("end")]));
    expect(rows.map(({ key, branch }) => [key, branch])).toEqual([
      ["a", "Large"],
      ["b", null],
      ["end", null],
    ]);
  });

  it("keeps a branching that is not decided as one line", () => {
    const rows = pathRows(instance([branching("to_come", false)]));
    expect(rows.map((row) => row.key)).toEqual(["split"]);
  });

  it("leaves out people who did not have to do anything", () => {
    const people = [
      { member: "lu", state: "approved" as const, comment: null, at: null },
      { member: "gao", state: "void" as const, comment: null, at: null },
    ];
    const [row] = pathRows(instance([step("a", { people })]));
    expect(row?.people.map((person) => person.member)).toEqual(["lu"]);
  });
});

describe("an instance as it is shown", () => {
  const stuck = {
    since: "2026-06-18T01:00:00Z",
    code: "branch_undecided",
    message: "empty",
    admins: [],
  };
  const unread = (state: InstanceStep["state"]) =>
    step("split", {
      kind: "branch",
      state,
      entered_at: "2026-06-18T01:00:00Z",
      branches: [
        {
          key: "large",
          label: "Large",
          when: "x",
          taken: false,
          steps: [step("a", { state: "to_come" })],
        },
      ],
    });

  it("stops at the branching where it is stuck", () => {
    const shown = truthful({
      ...instance([unread("stuck"), step("end", { state: "to_come" })]),
      state: "stuck",
      stuck,
    });
    expect(pathRows(shown).map(({ key, state }) => [key, state])).toEqual([
      ["split", "stuck"],
      ["end", "to_come"],
    ]);
  });

  it("ends where it was ended", () => {
    const steps = [step("a"), step("b", { state: "current" }), step("c", { state: "skipped" })];
    const shown = truthful({ ...instance(steps), state: "cancelled" });
    expect(pathRows(shown).map(({ key, state }) => [key, state])).toEqual([
      ["a", "done"],
      ["b", "skipped"],
    ]);
    expect(shown.steps.map(({ ended }) => ended)).toEqual([undefined, "here", "before"]);
  });

  it("was ended by an admin at the step that the log names", () => {
    const log = [{ action: "end", step: "split" }] as Instance["log"];
    const steps = [step("a"), { ...unread("skipped"), entered_at: null }];
    const shown = truthful({ ...instance(steps), state: "cancelled", log });
    expect(pathRows(shown).map(({ key }) => key)).toEqual(["a", "split"]);
  });
});
