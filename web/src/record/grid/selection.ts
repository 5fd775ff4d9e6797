import { computed, type Ref, ref } from "vue";
import type { RecordValues } from "@/api/types";

/** Which records are ticked. Those that leave the list leave the selection. */
export function useSelection(records: Ref<RecordValues[]>) {
  const ids = ref(new Set<string>());
  let last = -1;

  const chosen = computed(() => records.value.filter((record) => ids.value.has(record.id)));
  const state = computed<"none" | "some" | "all">(() => {
    if (chosen.value.length === 0) return "none";
    return chosen.value.length === records.value.length ? "all" : "some";
  });

  /** Ticks or unticks a record; with `through` also those between it and the last one. */
  function toggle(index: number, through = false): void {
    const next = new Set(ids.value);
    const record = records.value[index];
    if (!record) return;
    const on = !next.has(record.id);
    const from = through && last >= 0 ? Math.min(last, index) : index;
    const to = through && last >= 0 ? Math.max(last, index) : index;
    for (const one of records.value.slice(from, to + 1)) {
      if (on) next.add(one.id);
      else next.delete(one.id);
    }
    last = index;
    ids.value = next;
  }

  function toggleAll(): void {
    ids.value = state.value === "all" ? new Set() : new Set(records.value.map((one) => one.id));
  }

  function clear(): void {
    ids.value = new Set();
    last = -1;
  }

  return { ids, chosen, state, toggle, toggleAll, clear };
}
