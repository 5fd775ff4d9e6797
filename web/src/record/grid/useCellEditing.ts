import { computed, nextTick, ref, watch } from "vue";
import type { FieldScreen, FormScreen } from "@/api/types";
import { canEdit, lockText } from "./editing";
import type { Row } from "./rows";
import type { useCursor } from "./useCursor";

/** Where a cell is, within the rows. */
export interface CellBox {
  top: number;
  left: number;
  width: number;
}

interface At {
  id: string;
  column: number;
  left: number;
  width: number;
}

/** The cell that is being changed, or the one that says why it cannot be. */
export function useCellEditing(options: {
  screen: FormScreen;
  cursor: ReturnType<typeof useCursor>;
  rowHeight: number;
  rows: () => Row[];
  columns: () => FieldScreen[];
  /** A cell that needs more room than it has is changed in its record. */
  open: (id: string) => void;
}) {
  const { screen, cursor, rowHeight } = options;
  const { active } = cursor;
  const editing = ref<At | null>(null);
  const refused = ref<(At & { text: string }) | null>(null);

  function recordAt(row: number | undefined): (Row & { kind: "record" }) | null {
    const found = row === undefined ? undefined : options.rows()[row];
    return found?.kind === "record" ? found : null;
  }

  function placed<T extends At>(at: T | null) {
    const row = options.rows().findIndex((one) => one.kind === "record" && one.id === at?.id);
    const record = recordAt(row)?.record;
    const field = at && options.columns()[at.column];
    if (!at || !record || !field) return null;
    return { at, record, field, box: { left: at.left, width: at.width, top: row * rowHeight } };
  }

  const edited = computed(() => placed(editing.value));
  const note = computed(() => placed(refused.value));

  /** Why the cell at hand cannot be changed; null when it can. */
  const lock = computed(() => {
    const record = recordAt(active.value?.row)?.record;
    const field = active.value && options.columns()[active.value.column];
    return record && field ? lockText(screen, field, record) : null;
  });

  /** Edits the cell at hand, or says why it cannot be. */
  async function edit(): Promise<void> {
    const at = active.value;
    const record = recordAt(at?.row);
    const field = at && options.columns()[at.column];
    if (!at || !record || !field) return;
    const text = lock.value;
    if (text === null && !canEdit(screen, field, record.record)) {
      options.open(record.id);
      return;
    }
    cursor.to(at.row, at.column);
    await nextTick();
    const cell = document.getElementById(`cell-${at.row}-${at.column}`);
    if (!cell) return;
    getSelection()?.removeAllRanges();
    const { offsetLeft: left, offsetWidth: width } = cell;
    const place = { id: record.id, column: at.column, left, width };
    if (text === null) editing.value = place;
    else refused.value = { ...place, text };
  }

  // Whoever goes on has read it.
  watch(
    () => [active.value?.row, active.value?.column],
    () => {
      refused.value = null;
    },
  );

  return { editing, edited, refused, note, lock, edit };
}

/** Whether a key would change a cell of a spreadsheet. */
export function changesCell(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const types = event.key.length === 1 && event.key !== " " && event.key !== "/";
  return types || event.key === "Delete" || event.key === "Backspace";
}
