import { describe, expect, it } from "vitest";
import type { Task } from "@/api/types";
import { type DecisionDraft, missing, nextTask } from "./decision";
import { figureOf } from "./look";

const draft = (more: Partial<DecisionDraft> = {}): DecisionDraft => ({
  comment: "",
  target: null,
  member: null,
  ...more,
});

describe("what a decision needs", () => {
  it.each([
    ["approve", draft(), null],
    ["reject", draft(), "reason"],
    ["reject", draft({ comment: "  " }), "reason"],
    ["reject", draft({ comment: "No" }), null],
    ["return", draft({ comment: "No" }), "target"],
    ["return", draft({ target: "starter" }), "reason"],
    ["return", draft({ target: { step: "a" }, comment: "No" }), null],
    ["transfer", draft(), "member"],
    ["transfer", draft({ member: "lu" }), null],
  ] as const)("%s %o", (action, given, expected) => {
    expect(missing(action, given)).toBe(expected);
  });
});

describe("what comes after a task", () => {
  const queue = [{ id: "a" }, { id: "b" }, { id: "c" }];
  it.each([
    ["a", "b"],
    ["c", "b"],
    ["zzz", "a"],
  ])("%s", (done, next) => {
    expect(nextTask(queue, done)).toBe(next);
  });
  it("is nothing when it was the last", () => {
    expect(nextTask([{ id: "a" }], "a")).toBe(null);
    expect(nextTask([], "a")).toBe(null);
  });
});

describe("the figure of a task", () => {
  it.each([
    [["¥386,000.00"], "¥386,000.00"],
    [["2026-06-18", "25.7%"], "25.7%"],
    [["岚屿精密", "6 个"], "6 个"],
    [["岚屿精密 2 期"], undefined],
  ])("%o", (texts, figure) => {
    const task = { summary: texts.map((text) => ({ label: "", text })) } as Task;
    expect(figureOf(task)?.text).toBe(figure);
  });
});
