import type { Condition, Filter } from "@/api/types";

/** Whether a part of a filter is a single condition. */
export function isCondition(filter: Filter): filter is Condition {
  return "field" in filter;
}

/** The parts of a filter that must all hold: what stands as chips side by side. */
export function partsOf(filter: Filter | null | undefined): Filter[] {
  if (!filter) return [];
  return "all" in filter ? filter.all : [filter];
}

/** The filter in which all parts hold; none when there are no parts. */
export function allOf(parts: Filter[]): Filter | null {
  const [first] = parts;
  if (!first) return null;
  return parts.length === 1 && isCondition(first) ? first : { all: parts };
}

/** Whether a condition says enough to be applied. */
export function isComplete(condition: Condition): boolean {
  const { op, value } = condition;
  if (op === "empty" || op === "not_empty") return true;
  if (Array.isArray(value)) return value.some((one) => one !== null && one !== "");
  return value !== null && value !== undefined && value !== "";
}

/** Reads a filter from an address; what is not one is as none. */
export function parseFilter(text: string | null): Filter | null {
  if (!text) return null;
  try {
    const filter = JSON.parse(text) as unknown;
    return typeof filter === "object" && filter !== null ? (filter as Filter) : null;
  } catch {
    return null;
  }
}
