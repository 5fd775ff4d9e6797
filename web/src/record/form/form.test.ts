import { beforeEach, describe, expect, it } from "vitest";
import type { FieldScreen, FormScreen } from "@/api/types";
import { listProblems, placeProblems } from "@/field/problems";
import { fieldLike } from "@/field/testing";
import { draftKey, dropDraft, keepDraft, readDraft } from "./drafts";
import { sectionsOf, sumsOf } from "./sections";

const field = (key: string, { kind = "text", ...more }: Partial<FieldScreen> = {}) =>
  fieldLike(kind, { key, label: key.toUpperCase(), ...more });
const lines = field("lines", { kind: "subform", options: { fields: [field("qty")] } });

describe("problems", () => {
  it("are placed whether or not the pointer names the values", () => {
    const pointers = ["/values/lines/2/qty", "/lines/2/qty", "/a~1b", ""];
    const placed = placeProblems(pointers.map((pointer) => ({ pointer, message: "m" })));
    expect(placed.map((one) => one.path)).toEqual(["lines/2/qty", "lines/2/qty", "a/b", ""]);
  });

  it("name the field, the row and the column", () => {
    const found = listProblems(
      [
        { path: "lines/2/qty", message: "m" },
        { path: "lines", message: "m" },
        { path: "", message: "m" },
      ],
      [lines],
    );
    expect(found.map((one) => one.label)).toEqual(["LINES 3 QTY", "LINES", undefined]);
  });
});

describe("drafts", () => {
  const key = draftKey("quote", "new:");
  beforeEach(() => localStorage.clear());

  it("come back until they are dropped", () => {
    keepDraft(key, { a: "1" }, 3);
    expect(readDraft(key)).toMatchObject({ values: { a: "1" }, version: 3 });
    dropDraft(key);
    expect(readDraft(key)).toBeNull();
  });

  it("grow too old, and broken ones are forgotten", () => {
    keepDraft(key, { a: "1" }, null);
    expect(readDraft(key, Date.now() + 15 * 86_400_000)).toBeNull();
    localStorage.setItem(key, "{broken");
    expect(readDraft(key)).toBeNull();
    expect(localStorage.getItem(key)).toBeNull();
  });
});

describe("sections", () => {
  const total = field("total", { kind: "money", computed: true });
  const net = field("net", { kind: "money", computed: true });
  const screen = {
    fields: [field("a"), field("b"), lines, net, total],
    sections: [{ label: "One", columns: 2, fields: ["b", "gone"] }],
    views: [{ key: "v", label: "", columns: ["a", "total"], sort: [], totals: [] }],
  } as unknown as FormScreen;

  it("hold every field once; the rest follows", () => {
    const keys = sectionsOf(screen).map((section) => section.fields.map((one) => one.key));
    expect(keys).toEqual([["b"], ["a", "lines", "net", "total"]]);
  });

  it("sum up in the amount that the list shows", () => {
    expect(sumsOf(screen).map((one) => one.key)).toEqual(["total"]);
    expect(sumsOf({ ...screen, fields: [total] })).toEqual([]);
  });
});
