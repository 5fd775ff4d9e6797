import { describe, expect, it } from "vitest";
import type { DepartmentEntry } from "@/api/admin";
import { generatePassword } from "./password";
import { departmentTree } from "./tree";

const department = (id: string, parent: string | null, position = 0): DepartmentEntry => ({
  id,
  name: { en: id },
  parent,
  head: null,
  position,
});

describe("departmentTree", () => {
  it("puts children under their parents, in order", () => {
    const tree = departmentTree(
      [department("east", "sales", 2), department("sales", null), department("west", "sales", 1)],
      "en",
    );
    expect(tree.map((node) => [node.label, node.depth])).toEqual([
      ["sales", 0],
      ["west", 1],
      ["east", 1],
    ]);
    expect(tree[0]?.ids).toEqual(["sales", "west", "east"]);
  });
  it("keeps those whose parent is gone at the top", () => {
    expect(departmentTree([department("lost", "gone")], "en")).toHaveLength(1);
  });
});

describe("generatePassword", () => {
  it("is four groups of four without letters that look alike", () => {
    expect(generatePassword()).toMatch(/^([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}$/);
  });
  it("leaves out bytes that would favour some letters", () => {
    let calls = 0;
    const password = generatePassword((bytes) => bytes.fill(calls++ === 0 ? 255 : 0));
    expect(calls).toBe(2);
    expect(password).toBe("aaaa-aaaa-aaaa-aaaa");
  });
});
