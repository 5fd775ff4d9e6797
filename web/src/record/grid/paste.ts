import type { Directory, FieldScreen, FormScreen, RecordValues, Value } from "@/api/types";
import { fromText } from "@/field/text";
import { canEdit } from "./editing";
import type { Row } from "./rows";
import type { Cell } from "./useCursor";

/** What a record is to become. */
export interface CellChange {
  record: RecordValues;
  values: Record<string, Value>;
}

/** What pasting does, and how many cells it leaves as they are. */
export interface PastePlan {
  changes: CellChange[];
  left: number;
}

/**
 * Cells of a spreadsheet laid over the grid from a cell on: to the right over columns, down over
 * records. What cannot be changed here, or cannot be read as the column's kind, stays as it is.
 */
export function pastePlan(
  cells: string[][],
  at: Cell,
  grid: {
    screen: FormScreen;
    rows: Row[];
    columns: FieldScreen[];
    directory: Directory | null;
  },
): PastePlan {
  const records = grid.rows.slice(at.row).flatMap((row) => (row.kind === "record" ? [row] : []));
  const changes: CellChange[] = [];
  let left = 0;
  for (const [down, line] of cells.entries()) {
    const record = records[down]?.record;
    const values: Record<string, Value> = {};
    for (const [right, text] of line.entries()) {
      const field = grid.columns[at.column + right];
      const open = record && field && canEdit(grid.screen, field, record);
      const value = open ? fromText(field, text, grid.directory) : undefined;
      if (field && value !== undefined) values[field.key] = value;
      else left += 1;
    }
    if (record && Object.keys(values).length > 0) changes.push({ record, values });
  }
  return { changes, left };
}
