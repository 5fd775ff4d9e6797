import type { Problem } from "@/api/problem";
import type { Mark } from "@/ui/code/editor";
import { tokenAt, tokenize } from "./tokens";

/** Where in a formula something is wrong with it: where the server says, or at the name it says. */
export function marksOf(formula: string, problem: Problem | null): Mark[] {
  if (!problem) return [];
  const { message } = problem;
  const { name, line, column } = problem.params ?? {};
  const named = tokenize(formula).filter(({ text }) => text === name);
  const pieces =
    named.length > 0 ? named : [tokenAt(formula, offsetOf(formula, Number(line), Number(column)))];
  return pieces
    .map(({ at, text }) => ({ from: at, to: at + text.length }))
    .map((range) => ({ ...range, severity: "error", message }));
}

/** Lines and columns are counted from 1, columns in whole characters. What is not said is the start. */
function offsetOf(formula: string, line: number, column: number): number {
  const lines = formula.split("\n");
  const own = lines[line - 1];
  if (own === undefined) return 0;
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const inLine = [...own].slice(0, column - 1).join("").length;
  // What is missing at the end is marked at the last character.
  return Math.min(before + inLine, Math.max(0, formula.length - 1));
}
