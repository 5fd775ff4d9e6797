import { type DecimalText, formatNumber, formatPercent, formatShort, placesOf } from "@/app/format";
import { page } from "@/app/page";
import type { Figured, NumberFormat } from "./types";

/** What stands where a number cannot be computed. */
export const NOTHING = "—";

/** Places of a percentage on charts: one after the point. */
const RATE_PLACES = 3;

/** A number where room is short: amounts in 万 and 亿 or k and M, rates to a tenth. */
export function shortNumber(value: Figured, format: NumberFormat): string {
  if (value === null) return NOTHING;
  if (format === "percent") return minus(formatPercent(roundedRate(value), RATE_PLACES));
  const isShort = format === "money" || Math.abs(Number(value)) >= 1e5;
  return minus(isShort ? compact(value) : formatShort(rounded(value)));
}

/** A number on its way from plan to actual: `25%`, `8.65 万`, without zeros at the end. */
export function pathNumber(value: Figured, format: NumberFormat): string {
  if (value === null) return NOTHING;
  if (format === "percent") return minus(formatPercent(String(Number(roundedRate(value)))));
  if (format !== "money") return shortNumber(value, format);
  const unit = largeUnit(Math.abs(Number(value)));
  if (!unit) return minus(formatShort(rounded(value)));
  return minus(
    `${formatShort(String(Number((Number(value) / unit.size).toFixed(2))))}${unit.word}`,
  );
}

/** At most four digits and a unit; the millions of English are large, so they keep two places. */
function compact(value: DecimalText): string {
  const unit = largeUnit(Math.abs(Number(value)));
  if (!unit) return formatShort(rounded(value));
  const scaled = Number(value) / unit.size;
  const size = Math.abs(scaled);
  const places = size >= 1000 ? 0 : unit.size >= 1e6 && size < 100 ? 2 : 1;
  return `${formatShort(String(Number(scaled.toFixed(places))))}${unit.word}`;
}

/** 万 and 亿, k and M: the unit that an amount of this size is written in. */
function largeUnit(size: number): { size: number; word: string } | undefined {
  const units = page.locale === "en" ? ENGLISH_UNITS : CHINESE_UNITS;
  return units.find((unit) => size >= Math.max(unit.size, 1e4));
}

const ENGLISH_UNITS = [
  { size: 1e9, word: "B" },
  { size: 1e6, word: "M" },
  { size: 1e3, word: "k" },
];
const CHINESE_UNITS = [
  { size: 1e8, word: " 亿" },
  { size: 1e4, word: " 万" },
];

/** The exact number, as it stands in tables and tooltips; rates to a hundredth of a percent. */
export function exactNumber(value: Figured, format: NumberFormat): string {
  if (value === null) return NOTHING;
  if (format === "percent") return minus(formatPercent(String(Number(Number(value).toFixed(4)))));
  return minus(
    format === "money" ? formatNumber(value, { places: 2 }) : formatShort(trimmed(value)),
  );
}

/** With its sign, a plus too; zero has none. */
export function signed(value: Figured, text: (value: DecimalText) => string): string {
  if (value === null) return NOTHING;
  return Number(value) > 0 ? `+${text(value)}` : text(value);
}

/** A share or growth with its sign: `−11.0%`. */
export function signedRate(value: Figured): string {
  const shown = value === null ? null : String(Number(roundedRate(value)));
  return signed(shown, (rate) => minus(formatPercent(roundedRate(rate), RATE_PLACES)));
}

/** A difference of two rates in percentage points, without the word: `−6.4`. */
export function signedPoints(value: Figured): string {
  return signed(value, (rate) => minus((Number(rate) * 100).toFixed(1)));
}

/** A bare ratio to two places: `0.89`. */
export function ratioNumber(value: Figured): string {
  return value === null ? NOTHING : minus(Number(value).toFixed(2));
}

/** Which way a rate goes, as far as its tenth of a percent shows. */
export function rateDirection(value: Figured): "up" | "down" | "even" {
  return direction(value === null ? null : roundedRate(value));
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
  return trimmed(placesOf(value) > 2 ? Number(value).toFixed(2) : value);
}

/** Without zeros at the end of its places. */
function trimmed(value: DecimalText): DecimalText {
  return value.includes(".") ? value.replace(/\.?0+$/, "") : value;
}
