import { beforeAll, describe, expect, it } from "vitest";
import type { Directory, FieldScreen, Value } from "@/api/types";
import { loadTexts } from "@/app/i18n";
import { fieldLike } from "./testing";
import { fromText, plainText } from "./text";

const options = [
  { key: "a", label: "甲" },
  { key: "b", label: "乙" },
];
const directory: Directory = {
  members: [{ id: "m1", name: "陈屿", department: null, active: true }],
  departments: [{ id: "d1", name: "华东", parent: null, head: null }],
  roles: [],
};
const field = (kind: string, options: FieldScreen["options"] = {}) => fieldLike(kind, { options });

describe("values as text", () => {
  beforeAll(() => loadTexts(["ui", "field"]));

  const both: [FieldScreen, Value, string][] = [
    [field("text"), "x", "x"],
    [field("number"), "1234.56", "1,234.56"],
    [field("number", { percent: true, places: 4 }), "0.125", "12.5%"],
    [field("money"), "-3.25", "-3.25"],
    [field("boolean"), true, "是"],
    [field("date"), "2026-06-30", "2026-06-30"],
    [field("date", { precision: "month" }), "2026-06-01", "2026-06"],
    [field("datetime"), "2026-06-18T06:32:00.000Z", "2026-06-18 14:32"],
    [field("choice", { options }), "a", "甲"],
    [field("choices", { options }), ["a", "b"], "甲、乙"],
    [field("member"), "m1", "陈屿"],
    [field("departments"), ["d1"], "华东"],
  ];
  it.each(both)("writes and reads %j", (one, value, text) => {
    expect(plainText(one, value, directory)).toBe(text);
    const read = fromText(one, text, directory);
    expect(plainText(one, read, directory)).toBe(text);
  });

  it("writes links by title, rows by number, nothing as nothing", () => {
    expect(plainText(field("link"), { id: "1", title: "岚屿" })).toBe("岚屿");
    expect(plainText(field("subform"), [{}, {}])).toBe("2 行");
    expect(plainText(field("text"), null)).toBe("");
  });

  it("keeps a cell as it is when the text cannot be read", () => {
    expect(fromText(field("number"), "n/a")).toBeUndefined();
    expect(fromText(field("choice", { options }), "丙")).toBeUndefined();
    expect(fromText(field("link"), "岚屿")).toBeUndefined();
    expect(fromText(field("date"), "2026-06")).toBeUndefined();
    expect(fromText(field("date", { precision: "month" }), "2026 年 6 月")).toBe("2026-06-01");
    expect(fromText(field("date"), " ")).toBeNull();
  });
});
