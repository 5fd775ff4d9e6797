import { describe, expect, it } from "vitest";
import { emptyForm } from "./form/document";
import { isFormShape, parseJson } from "./json";

describe("parseJson", () => {
  it("reads JSON", () => expect(parseJson('{"a":1}')).toEqual({ value: { a: 1 } }));
  it.each([
    ['{\n"a": x\n}', 2],
    ['{\n"a": 1,\n', 3],
    ['{\n"a": [1, 2\n"b": 1}', 3],
    ['{"a": 1}\n}', 2],
    ["", 1],
  ])("says the line of %j", (text, line) => expect(parseJson(text)).toEqual({ line }));
});

describe("isFormShape", () => {
  const form = emptyForm("a", "b", "A");
  it("takes what can be drawn", () => expect(isFormShape(form)).toBe(true));
  it.each([
    null,
    [],
    { ...form, key: 1 },
    { ...form, fields: {} },
    { ...form, fields: [{ key: "a", kind: "subform", label: "A", options: { fields: 1 } }] },
    { ...form, sections: [{ fields: [1] }] },
    { ...form, rules: [{ kind: "show", when: 1, fields: [] }] },
    { ...form, views: [{ key: "a", label: "A" }] },
  ])("refuses %j", (value) => expect(isFormShape(value)).toBe(false));
});
