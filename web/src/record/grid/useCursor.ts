import { type Ref, ref } from "vue";

/** The cell at hand of a grid whose rows are equally high, moved as in a spreadsheet. */
export interface Cell {
  row: number;
  column: number;
}

const STEPS: Record<string, [number, number]> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
};
const ALL = 1e9;

export function useCursor(options: {
  scroller: Readonly<Ref<HTMLElement | null>>;
  rowHeight: number;
  /** How much of the left side the columns that stay in place cover. */
  fixedWidth: () => number;
  rows: () => number;
  columns: () => number;
}) {
  const active = ref<Cell | null>(null);

  function to(row: number, column: number): void {
    const within = (at: number, count: number) => Math.max(0, Math.min(count - 1, at));
    active.value = { row: within(row, options.rows()), column: within(column, options.columns()) };
    reveal(active.value);
  }

  function move(rows: number, columns: number): void {
    const at = active.value ?? { row: -1, column: 0 };
    to(at.row + rows, at.column + columns);
  }

  /** Scrolls as little as brings the cell into sight, between head and foot. */
  function reveal({ row, column }: Cell): void {
    const element = options.scroller.value;
    if (!element) return;
    const { rowHeight } = options;
    const space = element.clientHeight - 2 * rowHeight;
    if (row * rowHeight < element.scrollTop) element.scrollTop = row * rowHeight;
    else if ((row + 1) * rowHeight > element.scrollTop + space) {
      element.scrollTop = (row + 1) * rowHeight - space;
    }
    const cell = element.querySelector<HTMLElement>(`[data-head="${column}"]`);
    if (column === 0 || !cell) element.scrollLeft = 0;
    else {
      const left = cell.offsetLeft - options.fixedWidth();
      const right = cell.offsetLeft + cell.offsetWidth - element.clientWidth;
      if (left < element.scrollLeft) element.scrollLeft = left;
      else if (right > element.scrollLeft) element.scrollLeft = right;
    }
  }

  /** Moves for the keys that do; whether it was one of them. */
  function onKey(event: KeyboardEvent): boolean {
    const step = STEPS[event.key];
    const held = event.ctrlKey || event.metaKey;
    const height = options.scroller.value?.clientHeight ?? 0;
    const page = Math.max(1, Math.floor(height / options.rowHeight) - 3);
    if (step) {
      const far = held ? ALL : 1;
      move(step[0] * far, step[1] * far);
    } else if (event.key === "PageDown" || event.key === "PageUp") {
      move(event.key === "PageDown" ? page : -page, 0);
    } else if (event.key === "Home" || event.key === "End") {
      const far = event.key === "Home" ? -ALL : ALL;
      move(held ? far : 0, far);
    } else return false;
    event.preventDefault();
    return true;
  }

  return { active, to, move, onKey };
}
