import { describe, expect, it } from "vitest";
import { nextOf } from "./next";

const ORIGIN = "http://forms.example:8080";

describe("where signing in leads", () => {
  it.each([
    [undefined, "/"],
    ["/tasks?list=done#x", "/tasks?list=done#x"],
    ["/apps/../tasks", "/tasks"],
    ["/%2F/evil.example", "/%2F/evil.example"],
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
    ["/\t/evil.example", "/"],
    ["https://evil.example", "/"],
    ["http://forms.example:9090/", "/"],
    ["http://user:word@forms.example:8080/tasks", "/"],
    ["javascript:alert(1)", "/"],
    ["data:text/html,x", "/"],
    ["http://[", "/"],
  ])("%j leads to %s", (wanted, expected) => {
    expect(nextOf(wanted, ORIGIN)).toBe(ORIGIN + expected);
  });

  it.each([
    "/..//evil.example",
    "/.//evil.example",
    "/%2e%2e//evil.example",
    "/..\\\\evil.example",
    "/a/..//evil.example",
  ])("%j stays on this site, however often it is resolved", (wanted) => {
    const next = nextOf(wanted, ORIGIN);
    expect(new URL(next, ORIGIN).origin).toBe(ORIGIN);
  });
});
