import {
  type DecimalText,
  formatCompact,
  formatNumber,
  formatPercent,
  formatShort,
} from "../format";
import type { Figured, NumberFormat } from "./types";

/** What stands where a number cannot be computed. */
export const NOTHING = "—";

/** Places of a percentage on charts: one after the point. */
const RATE_PLACES = 3;

/** A number where room is short: amounts in 万 and 亿 or k and M, rates to a tenth. */
export function shortNumber(value: Figured, format: NumberFormat): string {
  if (value === null) return NOTHING;
  if (format === "percent") return minus(formatPercent(roundedRate(value), RATE_PLACES));
  if (format === "money") return minus(formatCompact(value));
  return minus(Math.abs(Number(value)) >= 1e5 ? formatCompact(value) : formatShort(rounded(value)));
}

/** The exact number, as it stands in tables and tooltips. */
export function exactNumber(value: Figured, format: NumberFormat): string {
  if (value === null) return NOTHING;
  if (format === "percent") return minus(formatPercent(value));
  return minus(format === "money" ? formatNumber(value, { places: 2 }) : formatShort(value));
}

/** With its sign, a plus too; zero has none. */
export function signed(value: Figured, text: (value: DecimalText) => string): string {
  if (value === null) return NOTHING;
  return Number(value) > 0 ? `+${text(value)}` : text(value);
}

/** A share or growth with its sign: `−11.0%`. */
export function signedRate(value: Figured): string {
  return signed(value, (rate) => minus(formatPercent(roundedRate(rate), RATE_PLACES)));
}

/** A difference of two rates in percentage points, without the word: `−6.4`. */
export function signedPoints(value: Figured): string {
  return signed(value, (rate) => minus((Number(rate) * 100).toFixed(1)));
}

/** A bare ratio to two places: `0.89`. */
export function ratioNumber(value: Figured): string {
  return value === null ? NOTHING : minus(Number(value).toFixed(2));
}

/** Which way a number goes. */
export function direction(value: Figured): "up" | "down" | "even" {
  const number = Number(value ?? 0);
  return number > 0 ? "up" : number < 0 ? "down" : "even";
}

/** The number for drawing; a position on the screen needs no exactness. */
export function plain(value: Figured | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

/** A fraction as a CSS percentage between 0 and 100. */
export function width(value: number): string {
  return `${(Math.max(0, Math.min(1, value)) * 100).toFixed(2)}%`;
}

/** A true minus sign, as wide as a plus. */
function minus(text: string): string {
  return text.replace(/^-/, "−");
}

function roundedRate(value: DecimalText): DecimalText {
  return Number(value).toFixed(RATE_PLACES);
}

function rounded(value: DecimalText): DecimalText {
  const places = value.split(".")[1]?.length ?? 0;
  return places > 2 ? Number(value).toFixed(2) : value;
}
