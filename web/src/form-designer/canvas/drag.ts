import { type InjectionKey, inject, nextTick, type Ref, ref, watch } from "vue";
import { fieldAt } from "@/document/form/place";
import { PALETTE } from "@/field/palette";
import { type Arrangement, arrange, arrangementOf, NEW } from "../model/fields";
import { fitsInRows } from "../model/kinds";
import type { Designer } from "../state";

export interface Dragging {
  /** What is drawn while something is dragged; follows the document otherwise. */
  lists: Ref<Arrangement>;
  /** Takes what was dropped over into the document. */
  drop: () => Promise<void>;
  /** Whether an entry may become a column. */
  fits: (entry: string) => boolean;
}

export const DRAGGING: InjectionKey<Dragging> = Symbol("dragging");

/** Lists that the drag library may change, and the way back from them into the document. */
export function useDragging(design: Designer): Dragging {
  const lists = ref<Arrangement>(copyOf(design));
  let waiting = false;

  watch(design.form, () => {
    lists.value = copyOf(design);
  });

  async function drop(): Promise<void> {
    // One drop changes two lists, one after the other.
    if (waiting) return;
    waiting = true;
    await nextTick();
    waiting = false;
    const { form, path } = arrange(design.form.value, lists.value, design.words);
    design.apply(form);
    lists.value = copyOf(design);
    if (path) design.select({ kind: "field", path });
  }

  function fits(entry: string): boolean {
    const kind = entry.startsWith(NEW)
      ? PALETTE.find((item) => item.key === entry.slice(NEW.length))?.kind
      : fieldAt(design.form.value, entry)?.kind;
    return kind !== undefined && fitsInRows(kind);
  }

  return { lists, drop, fits };
}

/** A field that moved, or that is next to one that went, keeps the keyboard. */
export async function focusPath(path: string): Promise<void> {
  await nextTick();
  const place = document.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`);
  const own = place?.matches("[tabindex]") ? place : place?.querySelector<HTMLElement>("button");
  own?.focus();
}

function copyOf(design: Designer): Arrangement {
  return structuredClone(arrangementOf(design.form.value));
}

export function useDrag(): Dragging {
  const found = inject(DRAGGING);
  if (!found) throw new Error("no canvas around this component");
  return found;
}
