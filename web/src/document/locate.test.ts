import { expect, it } from "vitest";
import { locate, locateKey } from "./source";

const text = JSON.stringify(
  { key: "a", steps: [{ when: "x > 1" }, { "a/b": [true, null] }] },
  null,
  2,
);

it.each([
  ["", 1, "{"],
  ["/key", 2, '"a"'],
  ["/steps/0/when", 5, '"x > 1"'],
  ["/steps/1/a~1b/1", 10, "null"],
])("finds %s", (pointer, line, value) => {
  const place = locate(text, pointer);
  expect(place?.line).toBe(line);
  expect(text.slice(place?.at, (place?.at ?? 0) + (place?.length ?? 0))).toBe(value);
});

it("finds the name of a member", () => {
  const place = locateKey(text, "/steps/0/when");
  expect(text.slice(place?.at, (place?.at ?? 0) + (place?.length ?? 0))).toBe('"when"');
});

it("stays at the deepest part that is there", () => {
  expect(locate(text, "/steps/0/effects/2")?.line).toBe(4);
});
