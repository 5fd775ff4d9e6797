import type { Directory, FieldScreen, RecordValues } from "@/api/types";
import { formatShort, isDecimal } from "@/app/format";
import { besideText } from "@/field/registry";
import { isNumeric, plainText } from "@/field/text";

/** How wide a text is in pixels, at 13 px or as bold as the totals. */
export type Measure = (text: string, bold?: boolean) => number;

export const NUMBER_WIDTH = 44;
/** The first column says which record it is: never narrower than a name, and room for its button. */
const FIRST_LEAST = 184;
const FIRST_MOST = 320;

/** A column is never narrower than a short word and its icon, nor so wide that it hides others. */
const LEAST = 88;
const MOST = 280;
const MOST_HEAD = 220;
/** Air at both sides, the icon of the kind and the gap after it. */
const AIR = 21;
const ICON = 20;
/** Room for the arrow that says how the column is sorted, so that sorting moves nothing. */
const SORT_MARK = 20;
/** So many records decide; what comes later does not move the columns. */
const SAMPLE = 100;

export interface Sample {
  columns: FieldScreen[];
  records: RecordValues[];
  totals: Record<string, string>;
  /** The word before a total. */
  totalWord: string;
  directory: Directory | null;
}

function cellText(field: FieldScreen, record: RecordValues, directory: Directory | null): string {
  const value = record[field.key];
  if (isNumeric(field) && !field.options.percent && isDecimal(value)) return formatShort(value);
  return plainText(field, value, directory);
}

/** The widths of all columns: as wide as the head and what stands below need. */
export function columnWidths(sample: Sample, measure: Measure): number[] {
  const records = sample.records.slice(0, SAMPLE);
  return sample.columns.map((column, index) => {
    const head = Math.min(MOST_HEAD, measure(column.label) + ICON + SORT_MARK);
    const texts = new Set(records.map((record) => cellText(column, record, sample.directory)));
    const widest = Math.max(0, ...[...texts].map((text) => measure(text)));
    const body = Math.min(MOST, widest + besideText(column));
    const needed = Math.max(head + AIR, body + AIR, totalWidth(column, sample, measure));
    if (index > 0) return Math.ceil(Math.max(LEAST, needed));
    return Math.ceil(Math.min(FIRST_MOST, Math.max(FIRST_LEAST, needed)));
  });
}

function totalWidth(column: FieldScreen, sample: Sample, measure: Measure): number {
  const total = sample.totals[column.key];
  if (!isDecimal(total)) return 0;
  return measure(sample.totalWord) + 6 + measure(formatShort(total), true) + AIR;
}

/** Measures with the page's own font; remembers, as the same words come again and again. */
export function pageMeasure(): Measure {
  const context = document.createElement("canvas").getContext("2d");
  const family = getComputedStyle(document.documentElement).getPropertyValue("--font");
  const known = new Map<string, number>();
  return (text, bold = false) => {
    const key = `${bold}${text}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    if (context) context.font = `${bold ? 600 : 400} 13px ${family}`;
    const width = context?.measureText(text).width ?? text.length * 8;
    known.set(key, width);
    return width;
  };
}
