import type { DashboardFilter } from "./api";

/** What is picked, by filter; null is everything, absent is the filter's default. */
export type Picked = Record<string, unknown>;

/** How a filter that is explicitly at "everything" stands in the address. */
const EVERYTHING = "all";

/** Reads what is picked from the address: `?period=this_year&region=east,north`. */
export function readPicked(filters: DashboardFilter[], search: string): Picked {
  const query = new URLSearchParams(search);
  const picked: Picked = {};
  for (const filter of filters) {
    const text = query.get(filter.key);
    if (text === null) continue;
    if (text === EVERYTHING) picked[filter.key] = null;
    else picked[filter.key] = filter.kind === "period" ? readPeriod(text) : text.split(",");
  }
  return picked;
}

/** Writes what is picked into the address, leaving its other parameters alone. */
export function writePicked(filters: DashboardFilter[], picked: Picked, search: string): string {
  const query = new URLSearchParams(search);
  for (const filter of filters) {
    const value = picked[filter.key];
    if (value === undefined) query.delete(filter.key);
    else query.set(filter.key, pickedText(value));
  }
  const text = query.toString().replaceAll("%2C", ",");
  return text && `?${text}`;
}

/** The value of a filter: what is picked, else its default. */
export function pickedOf(filter: DashboardFilter, picked: Picked): unknown {
  const value = picked[filter.key];
  return value === undefined ? (filter.default ?? null) : value;
}

/** The values of a field filter as a list. */
export function listOf(value: unknown): string[] {
  if (value === null || value === undefined || value === "") return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

function pickedText(value: unknown): string {
  if (isSpan(value)) return `${value.from}..${value.to}`;
  if (isLast(value)) return `last_days:${value.last_days}`;
  return listOf(value).join(",") || EVERYTHING;
}

function readPeriod(text: string): unknown {
  const days = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/.exec(text);
  if (days) return { from: days[1], to: days[2] };
  const last = /^last_days:(\d{1,5})$/.exec(text);
  return last ? { last_days: Number(last[1]) } : text;
}

/** Whether a period is picked by its days. */
export function isSpan(value: unknown): value is { from: string; to: string } {
  return typeof value === "object" && value !== null && "from" in value && "to" in value;
}

function isLast(value: unknown): value is { last_days: number } {
  return typeof value === "object" && value !== null && "last_days" in value;
}
