import { describe, expect, it } from "vitest";
import { readSource } from "@/document/source";
import { type FlowDocument, ownerOf, partsOf } from "./document";
import {
  addStep,
  changePart,
  copyPart,
  freeKey,
  movePart,
  newStep,
  removePart,
  spotAt,
} from "./edit";
import { marksOf, rangeOf } from "./problems";

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
    const beside = (key: string | null) => keys(addStep(flow(), spotAt(flow(), key), step));
    expect(beside("a")).toEqual(["a", "approve", "s", "x", "b", "y"]);
    expect(beside("b")).toEqual(["a", "s", "x", "b", "approve", "y"]);
    expect(beside("y")).toEqual(["a", "s", "x", "b", "y", "approve"]);
    expect(beside(null)).toEqual(["a", "s", "x", "b", "y", "approve"]);
    const first = addStep(flow(), { branch: "x", index: 0 }, step);
    expect(keys(first)).toEqual(["a", "s", "x", "approve", "b", "y"]);
    expect(keys(addStep(flow(), { branch: null, index: 0 }, step))[0]).toBe("approve");
  });

  it("copies a step with all that it holds under free keys", () => {
    expect(keys(copyPart(flow(), "s"))).toEqual([
      "a",
      "s",
      "x",
      "b",
      "y",
      "s_2",
      "x_2",
      "b_2",
      "y_2",
    ]);
    expect(keys(copyPart(copyPart(flow(), "a"), "a"))).toContain("a_3");
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

  it("stand at the nearest value of the text", () => {
    const text = JSON.stringify(flow());
    const read = readSource(text);
    if (!read.ok) throw new Error("not read");
    const near = (pointer: string) => rangeOf(read.ranges, pointer);
    expect(near("/steps/1/branches/9/steps")).toEqual(read.ranges.get("/steps/1/branches"));
    expect(near("/nowhere")).toEqual({ start: 0, end: text.length });
  });
});
