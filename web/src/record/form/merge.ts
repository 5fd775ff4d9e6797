import type { SubformRow, Value } from "@/api/types";

/**
 * What a field becomes of an answer when paths have been changed since the question: those
 * cells keep what was typed, the others take the answer. `undefined` leaves the field alone,
 * because it was changed as a whole (or has other rows by now).
 */
export function mergeAnswer(
  key: string,
  now: Value | undefined,
  answer: Value,
  newer: ReadonlySet<string>,
): Value | undefined {
  const cells = [...newer].filter((path) => path === key || path.startsWith(`${key}/`));
  if (cells.length === 0) return answer;
  const [typed, answered] = [rowsOf(now), rowsOf(answer)];
  if (cells.includes(key) || !typed || !answered || typed.length !== answered.length) {
    return undefined;
  }
  const merged = answered.map((row) => ({ ...row }));
  for (const path of cells) {
    const [, row, column = ""] = path.split("/");
    const [to, from] = [merged[Number(row)], typed[Number(row)]];
    if (to && from) to[column] = from[column] ?? null;
  }
  return merged;
}

function rowsOf(value: Value | undefined): SubformRow[] | null {
  return Array.isArray(value) && value.every((row) => typeof row === "object")
    ? (value as SubformRow[])
    : null;
}
