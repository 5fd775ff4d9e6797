import { onBeforeUnmount, type Ref, shallowRef, watch } from "vue";
import { isAborted } from "@/api/problem";
import { getForm, listRecords } from "@/api/records";
import type { Filter } from "@/api/types";
import type { DashboardFilter, FilterOption } from "./api";

/** Most records that are offered at once. */
const OFFERED = 50;
const PAUSE_MS = 200;

/**
 * What a field filter offers: its own options, or the records that its link leads to, those
 * whose title has the wanted text and those that are picked.
 */
export function useOptions(
  filter: () => DashboardFilter,
  picked: () => string[],
  wanted: Ref<string>,
): Ref<FilterOption[]> {
  const found = shallowRef<FilterOption[]>(filter().options ?? []);
  let timer = 0;
  let running: AbortController | null = null;

  async function search(): Promise<void> {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    try {
      const form = await linkedForm(filter());
      if (!form) return;
      const ask = (query: { q?: string; filter?: Filter }) =>
        listRecords(form, { ...query, fields: ["title"], limit: OFFERED }, signal);
      const [some, own] = await Promise.all([
        ask({ q: wanted.value.trim() }),
        picked().length > 0 ? ask({ filter: { field: "id", op: "in", value: picked() } }) : null,
      ]);
      if (signal.aborted) return;
      const records = new Map(
        [...(own?.records ?? []), ...some.records].map((record) => [record.id, record.title]),
      );
      found.value = [...records].map(([value, label]) => ({ value, label }));
    } catch (failure) {
      // A reader who may not see the records is offered none.
      if (!isAborted(failure)) found.value = [];
    }
  }

  if (!filter().options) {
    void search();
    watch(wanted, () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(search, PAUSE_MS);
    });
  }
  onBeforeUnmount(() => {
    window.clearTimeout(timer);
    running?.abort();
  });
  return found;
}

async function linkedForm(filter: DashboardFilter): Promise<string | undefined> {
  if (!filter.form || !filter.field) return undefined;
  const form = await getForm(filter.form);
  return form.fields.find((field) => field.key === filter.field)?.options.form;
}
