import { describe, expect, it } from "vitest";
import { textHref } from "./href";

describe("where a text leads", () => {
  it.each([
    ["url", "https://example.com/a?b=1", "https://example.com/a?b=1"],
    ["url", "javascript:alert(1)", null],
    ["url", " javascript:alert(1)//https://", null],
    ["url", "data:text/html,x", null],
    ["phone", "+86 138-0000-0000", "tel:+8613800000000"],
    ["email", "a@example.com", "mailto:a@example.com"],
    ["plain", "https://example.com", null],
    [undefined, "https://example.com", null],
  ])("reads %j %j as %j", (format, text, expected) => {
    expect(textHref(format, text)).toBe(expected);
  });
});
