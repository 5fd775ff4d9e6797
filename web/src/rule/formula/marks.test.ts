import { expect, it } from "vitest";
import { marksOf } from "./marks";

const problem = (params: Record<string, unknown>) => ({
  code: "formula_syntax",
  pointer: "",
  message: "wrong",
  params,
});
const marked = (formula: string, params: Record<string, unknown>) =>
  marksOf(formula, problem(params)).map(({ from, to }) => [from, formula.slice(from, to)]);

it("marks what the server points to", () => {
  expect(marked("1 + )", { line: 1, column: 5 })).toEqual([[4, ")"]]);
  expect(marked("单价 +\n* 2", { line: 2, column: 1 })).toEqual([[5, "*"]]);
  expect(marked('"😀" ) 1', { line: 1, column: 5 })).toEqual([[5, ")"]]);
});

it("marks the end where something is missing there", () => {
  expect(marked("SUM(a", { line: 1, column: 6 })).toEqual([[4, "a"]]);
});

it("marks every place of an unknown name", () => {
  expect(marked("a + b.c * a", { name: "a" })).toEqual([
    [0, "a"],
    [10, "a"],
  ]);
});

it("marks the beginning where nothing is said, and nothing where nothing is wrong", () => {
  expect(marked("a + b", {})).toEqual([[0, "a"]]);
  expect(marksOf("a", null)).toEqual([]);
});
