import type { Condition, Filter } from "@/api/types";
import { bucketSpan } from "./span";
import type { Drill, Part } from "./types";

/** The address of the grid with the records behind a point, or behind a whole series. */
export function drillLink(app: string, drill: Drill, category: Part[] = []): string {
  const parts = category.map((part, index) => condition(part, drill.dimensions[index]));
  const filter = flat([drill.filter, ...parts.filter((part) => part !== null)]);
  const search = filter.length > 0 ? `?filter=${encodeURIComponent(text(filter))}` : "";
  return `/apps/${encodeURIComponent(app)}/forms/${encodeURIComponent(drill.form)}${search}`;
}

function condition(part: Part, dimension: Drill["dimensions"][number] | undefined): Filter | null {
  if (!dimension) return null;
  const { field, bucket } = dimension;
  if (part.key === null) return { field, op: "empty" };
  if (bucket) return { field, op: "in_period", value: bucketSpan(part.key, bucket) };
  return { field, op: "eq", value: part.key };
}

/** The conditions of filters that must all hold; of two periods of a field the inner one. */
function flat(filters: Filter[]): Filter[] {
  const parts = filters.flatMap((filter) => ("all" in filter ? flat(filter.all) : [filter]));
  return parts.filter((part, index) => {
    const later = parts.slice(index + 1);
    return !(isPeriod(part) && later.some((other) => isWithin(other, part)));
  });
}

function isPeriod(filter: Filter): filter is Condition & { value: { from: string; to: string } } {
  return (
    "op" in filter &&
    filter.op === "in_period" &&
    typeof (filter.value as { from?: unknown } | null)?.from === "string"
  );
}

function isWithin(inner: Filter, outer: Filter): boolean {
  return (
    isPeriod(inner) &&
    isPeriod(outer) &&
    inner.field === outer.field &&
    inner.value.from >= outer.value.from &&
    inner.value.to <= outer.value.to
  );
}

function text(filters: Filter[]): string {
  return JSON.stringify(filters.length === 1 ? filters[0] : { all: filters });
}
