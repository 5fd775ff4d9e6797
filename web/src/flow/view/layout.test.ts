import { describe, expect, it } from "vitest";
import { CARD, layoutTree, type Placed, type TreeStep } from "./layout";

const step = (key: string): TreeStep => ({ key, label: key, kind: "approve", detail: "" });
const split = (key: string, ...branches: TreeStep[][]): TreeStep => ({
  ...step(key),
  kind: "branch",
  branches: branches.map((steps, index) => ({
    key: `${key}_${index}`,
    label: "",
    condition: null,
    steps,
  })),
});

function overlaps(a: Placed<TreeStep>, b: Placed<TreeStep>): boolean {
  return Math.abs(a.x - b.x) < CARD.width && Math.abs(a.y - b.y) < CARD.height;
}

describe("the tree of a flow", () => {
  const tree = [
    step("a"),
    split("s", [step("b"), split("t", [step("c")], [], [step("d"), step("e")])], [step("f")]),
    step("g"),
  ];
  const layout = layoutTree(tree);
  const at = (key: string) => layout.cards.find((card) => card.item.key === key);

  it("draws every step once, none over another, all inside", () => {
    expect(layout.cards.map((card) => card.item.key).sort()).toEqual([
      "a",
      "b",
      "c",
      "d",
      "e",
      "f",
      "g",
    ]);
    expect(layout.pills).toHaveLength(2);
    expect(layout.conditions).toHaveLength(5);
    for (const [index, card] of layout.cards.entries()) {
      for (const other of layout.cards.slice(index + 1)) expect(overlaps(card, other)).toBe(false);
      expect(card.x - CARD.width / 2).toBeGreaterThanOrEqual(0);
      expect(card.x + CARD.width / 2).toBeLessThanOrEqual(layout.width);
      expect(card.y + CARD.height).toBeLessThan(layout.height);
    }
  });

  it("keeps what follows a branching below all of its branches, in the middle", () => {
    const before = at("a");
    const after = at("g");
    expect(after?.x).toBe(before?.x);
    for (const key of ["b", "c", "d", "e", "f"]) expect(at(key)?.y).toBeLessThan(after?.y ?? 0);
  });

  it("draws a flow without steps", () => {
    expect(layoutTree([]).end.y).toBeGreaterThan(layoutTree([]).start.y);
  });

  it("knows where a step can be put in between", () => {
    expect(layout.spots.map(({ branch, index }) => `${branch ?? ""} ${index}`).sort()).toEqual(
      [
        " 0",
        " 1",
        " 2",
        " 3",
        ...["s_0 0", "s_0 1", "s_0 2", "s_1 0", "s_1 1"],
        ...["t_0 0", "t_0 1", "t_1 0", "t_2 0", "t_2 1", "t_2 2"],
      ].sort(),
    );
    const cards = layout.cards.map(({ x, y }) => ({ left: x - CARD.width / 2, top: y }));
    for (const { x, y } of layout.spots) {
      const under = cards.filter(
        ({ left, top }) => x > left && x < left + CARD.width && y > top && y < top + CARD.height,
      );
      expect(under).toEqual([]);
    }
  });
});
