import type { Directory, FieldScreen, SubformRow } from "@/api/types";
import { formatShort, isDecimal } from "@/app/format";
import { isNumeric, plainText } from "../text";

/** A row in two lines, for where a table does not fit. */
export interface RowSummary {
  name: string;
  line: string;
  amount: string;
}

/** Most figures and words in a row's second line. */
const MOST_PARTS = 3;

/** What names a row, what else it says, and what it comes to: the last amount of its columns. */
export function rowSummary(
  columns: FieldScreen[],
  row: SubformRow,
  index: number,
  directory: Directory | null,
): RowSummary {
  const naming = columns.find((column) => !isNumeric(column));
  const total = columns.filter((column) => column.figure === "amount").at(-1);
  const text = (column: FieldScreen) => plainText(column, row[column.key], directory);
  const parts = columns
    .filter((column) => column !== naming && column !== total)
    .map((column) => {
      const words = text(column);
      return words && isNumeric(column) ? `${column.label} ${words}` : words;
    });
  const amount = total ? row[total.key] : null;
  return {
    name: (naming && text(naming)) || `${index + 1}`,
    line: parts.filter(Boolean).slice(0, MOST_PARTS).join(" · "),
    amount: isDecimal(amount) ? formatShort(amount) : "",
  };
}
