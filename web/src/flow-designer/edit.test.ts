import { describe, expect, it } from "vitest";
import { type FlowDocument, ownerOf, partsOf, withLabel } from "./document";
import { addStep, changePart, freeKey, movePart, newStep, removePart } from "./edit";
import { lineMarks, marksOf } from "./problems";
import { readSource } from "./source";

const flow = (): FlowDocument => ({
  key: "f",
  app: "crm",
  form: "quotation",
  label: "F",
  steps: [
    { key: "a", label: "A", kind: "approve", assignees: [] },
    {
      key: "s",
      label: "S",
      kind: "branch",
      branches: [
        { key: "x", label: "X", when: "true", steps: [{ key: "b", label: "B", kind: "approve" }] },
        { key: "y", label: "Y" },
      ],
    },
  ],
});
const keys = (document: FlowDocument) => [...partsOf(document).keys()];

describe("changing a flow", () => {
  it("adds after a step, into a branch, or at the end", () => {
    const step = newStep(flow(), "approve", "New");
    expect(keys(addStep(flow(), "a", step))).toEqual(["a", "approve", "s", "x", "b", "y"]);
    expect(keys(addStep(flow(), "b", step))).toEqual(["a", "s", "x", "b", "approve", "y"]);
    expect(keys(addStep(flow(), "y", step))).toEqual(["a", "s", "x", "b", "y", "approve"]);
    expect(keys(addStep(flow(), null, step))).toEqual(["a", "s", "x", "b", "y", "approve"]);
  });

  it("removes, moves and changes without touching the old document", () => {
    const before = flow();
    expect(keys(removePart(before, "s"))).toEqual(["a"]);
    expect(keys(movePart(before, "y", -1))).toEqual(["a", "s", "y", "x", "b"]);
    expect(keys(movePart(before, "a", -1))[0]).toBe("a");
    const changed = changePart(before, "x", { when: undefined, label: "Z" });
    expect(changed.steps[1]?.branches?.[0]).toEqual({
      key: "x",
      label: "Z",
      steps: [{ key: "b", label: "B", kind: "approve" }],
    });
    expect(before).toEqual(flow());
  });

  it("finds keys that are free", () => {
    expect(freeKey(flow(), "a")).toBe("a_2");
    expect(freeKey(flow(), "copy")).toBe("copy");
  });

  it("changes a label in one language only", () => {
    expect(withLabel({ "zh-CN": "甲", en: "A" }, "en", "B")).toEqual({ "zh-CN": "甲", en: "B" });
    expect(withLabel("甲", "en", "B")).toBe("B");
  });
});

describe("problems of a flow", () => {
  const problems = [
    { code: "x", pointer: "/steps/1/branches/0/steps/0/fields", message: "", params: {} },
    { code: "y", pointer: "/steps/1/branches", message: "", params: { severity: "warning" } },
  ];

  it("belong to the innermost step or branch", () => {
    const parts = partsOf(flow());
    expect(marksOf(problems, parts)).toEqual({ b: "bad", s: "warn" });
    expect(ownerOf(parts, "/label")).toBe(null);
    expect(ownerOf(parts, "/steps/1/branches/1/when")).toBe("y");
  });

  it("stand at the nearest line of the text", () => {
    const text = JSON.stringify(flow(), null, 2);
    const read = readSource(text);
    if (!read.ok) throw new Error("not read");
    const lines = text.split("\n");
    const found = [...lineMarks(problems, text, read.ranges)];
    expect(found.map(([line, mark]) => [lines[line - 1]?.trim(), mark])).toEqual([
      ["{", "bad"],
      ['"branches": [', "warn"],
    ]);
  });
});
