import { describe, expect, it } from "vitest";
import { lineOf, pointerAt, readSource } from "./source";

const TEXT = '{\n  "a/b": [1, {"c": "x\\"y"}],\n  "d": null\n}';

describe("a JSON text with places", () => {
  it("gives what the platform's reader gives", () => {
    for (const text of [TEXT, "[]", "{}", " -1.5e3 ", '"\\u4e2d"', '[true,false,[[]],{"a":{}}]']) {
      const read = readSource(text);
      expect(read.ok && read.value).toEqual(JSON.parse(text));
    }
  });

  it("knows where values stand", () => {
    const read = readSource(TEXT);
    if (!read.ok) throw new Error("not read");
    const range = read.ranges.get("/a~1b/1/c");
    expect(TEXT.slice(range?.start, range?.end)).toBe('"x\\"y"');
    expect(pointerAt(read.ranges, TEXT.indexOf("x"))).toBe("/a~1b/1/c");
    expect(pointerAt(read.ranges, 0)).toBe("");
  });

  it.each([
    ['{"a": }', 1, 7],
    ['{\n "a": 1,\n}', 3, 1],
    ["", 1, 1],
    ["[1] 2", 1, 5],
    ['{"a" 1}', 1, 6],
  ])("says where %j is broken", (text, line, column) => {
    const read = readSource(text);
    expect(read.ok).toBe(false);
    if (!read.ok) expect(lineOf(text, read.offset)).toEqual({ line, column });
  });
});
