import type { DecimalText } from "./number";

const MULTIPLIERS: Record<string, number> = { k: 3, 万: 4, m: 6, 亿: 8, b: 9 };

/**
 * Reads a number as people type and paste it: `1,234.5`, `￥12万`, `(300)`, `12.5%`, `１２`.
 *
 * With `percent` the result is a fraction, whether or not the sign was typed. What is not a
 * number gives null.
 */
export function parseNumber(typed: string, percent = false): DecimalText | null {
  const half = typed.normalize("NFKC").trim().toLowerCase();
  const negative = /^\(.*\)$/.test(half) || /^[-−]/.test(half);
  const bare = half.replace(/^\(|\)$/g, "").replace(/[\s,，'¥$€£￥+−-]/g, "");
  const match = /^(\d*)(?:\.(\d*))?([k万m亿b])?(%)?$/.exec(bare);
  if (!match || (!match[1] && !match[2])) return null;
  const [, whole = "", part = "", multiplier, sign] = match;
  const shift = (MULTIPLIERS[multiplier ?? ""] ?? 0) - (percent || sign ? 2 : 0);
  const number = shiftPoint(`${whole || "0"}.${part}`, shift);
  return negative && /[1-9]/.test(number) ? `-${number}` : number;
}

/** Moves the decimal point of a decimal text: by 2 to the right for `("0.125", 2)`, `12.5`. */
export function shiftPoint(value: DecimalText, places: number): DecimalText {
  const negative = value.startsWith("-");
  const [whole = "", part = ""] = value.replace("-", "").split(".");
  const point = whole.length + places;
  const digits = whole + part;
  const padded =
    point <= 0
      ? "0".repeat(1 - point) + digits
      : digits + "0".repeat(Math.max(0, point - digits.length));
  const at = Math.max(1, point);
  const left = padded.slice(0, at).replace(/^0+(?=\d)/, "");
  const right = padded.slice(at).replace(/0+$/, "");
  return (negative ? "-" : "") + left + (right ? `.${right}` : "");
}

/** What a spreadsheet would compute when it is pasted there, numbers and telephone numbers aside. */
const FORMULA = /^'?\s*(?:[=@]|[+-](?![\d ().,%-]*$))/;
/** The same behind the apostrophe that makes a text of it. */
const GUARDED = /^''?\s*(?:[=@]|[+-](?![\d ().,%-]*$))/;

/** Cells of a table as copied from a spreadsheet: rows by line, columns by tab, quotes undone. */
export function parseTable(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    rows.at(-1)?.push(GUARDED.test(cell) ? cell.slice(1) : cell);
    cell = "";
  };
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text.charAt(at + 1) === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (letter === '"' && cell === "") quoted = true;
    else if (letter === "\t") endCell();
    else if (letter === "\n") {
      endCell();
      rows.push([]);
    } else if (letter !== "\r") cell += letter;
  }
  endCell();
  const last = rows.at(-1);
  if (rows.length > 1 && last?.length === 1 && last[0] === "") rows.pop();
  return rows;
}

/**
 * Cells as text that a spreadsheet takes; the inverse of [`parseTable`]. A text that the
 * spreadsheet would take for a formula gets an apostrophe: somebody else may have typed it.
 */
export function tableText(rows: string[][]): string {
  const plain = (cell: string) => (FORMULA.test(cell) ? `'${cell}` : cell);
  const quote = (cell: string) =>
    /["\t\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  return rows.map((row) => row.map((cell) => quote(plain(cell))).join("\t")).join("\n");
}

/** A day as people type and paste it: `2026-6-3`, `2026/06/03`, `2026年6月3日`; null for others. */
export function parseDay(typed: string): string | null {
  const match = /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$/.exec(
    typed.normalize("NFKC").trim(),
  );
  if (!match) return null;
  const [, year = "", month = "", day = ""] = match;
  const text = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? text : null;
}
