import { describe, expect, it } from "vitest";
import { mergeAnswer } from "./merge";

describe("mergeAnswer", () => {
  const typed = [{ product: "p", qty: "4" }];
  const answer = [{ product: "p", qty: "1", price: "800.00" }];

  it("takes an answer that nothing was typed after", () => {
    expect(mergeAnswer("lines", typed, answer, new Set(["name"]))).toEqual(answer);
  });

  it("keeps the cells that were typed since, and takes what the others were filled with", () => {
    expect(mergeAnswer("lines", typed, answer, new Set(["lines/0/qty"]))).toEqual([
      { product: "p", qty: "4", price: "800.00" },
    ]);
  });

  it("leaves a field alone that was changed as a whole, or has other rows by now", () => {
    expect(mergeAnswer("name", "b", "a", new Set(["name"]))).toBeUndefined();
    expect(mergeAnswer("lines", typed, answer, new Set(["lines"]))).toBeUndefined();
    const more = [...typed, {}];
    expect(mergeAnswer("lines", more, answer, new Set(["lines/0/qty"]))).toBeUndefined();
  });
});
