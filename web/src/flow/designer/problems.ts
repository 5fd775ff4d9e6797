import type { DocumentCheck } from "@/api/documents";
import type { Problem } from "@/api/problem";
import type { Range } from "@/document/source";
import { ownerOf, type Part } from "./document";

/** Whether a problem does not keep the flow from being published. */
export function isWarning(problem: Problem): boolean {
  return problem.params?.severity === "warning";
}

/** The setting of the flow that answers a problem found at one of its steps. */
export function settingOf(problem: Problem): string | null {
  const { setting } = problem.params ?? {};
  return typeof setting === "string" ? setting : null;
}

/** Everything that a check found, what must be mended first. */
export function allProblems(check: DocumentCheck | null): Problem[] {
  return [...(check?.problems ?? []), ...(check?.warnings ?? [])];
}

/** How bad it is with each step and branch. */
export function marksOf(
  problems: Problem[],
  parts: Map<string, Part>,
): Record<string, "bad" | "warn"> {
  const marks: Record<string, "bad" | "warn"> = {};
  for (const problem of problems) {
    const owner = ownerOf(parts, problem.pointer);
    if (owner && marks[owner] !== "bad") marks[owner] = isWarning(problem) ? "warn" : "bad";
  }
  return marks;
}

/** The place of a pointer in the text, or of the nearest value around it. */
export function rangeOf(ranges: Map<string, Range>, pointer: string): Range | null {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf("/"))) {
    const range = ranges.get(at);
    if (range || at === "") return range ?? null;
  }
}
