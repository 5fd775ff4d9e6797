import { computed, reactive, ref, shallowRef, watch } from "vue";
import { isAborted } from "../api/problem";
import { aggregate, listRecords } from "../api/records";
import type { FieldScreen, Filter, FormScreen, RecordValues, Sort, View } from "../api/types";
import { page } from "../page";
import { type GridAddress, readAddress, writeAddress } from "./address";
import { allOf, partsOf } from "./filter";

/** Records fetched at a time. */
const PAGE_SIZE = 100;
const COLUMNS_KEY = "formwork.columns";

/** The state of a grid: what is shown, which records have come, and what is chosen. */
export function useGrid(screen: FormScreen) {
  const address = reactive<GridAddress>(readAddress(location.search));
  const fields = new Map<string, FieldScreen>(
    [...screen.fields, ...screen.system_fields].map((field) => [field.key, field]),
  );
  const standard: View = {
    key: "",
    label: screen.label,
    columns: ["title", ...screen.fields.slice(0, 8).map((field) => field.key)],
    filter: null,
    sort: [],
    totals: [],
  };

  const view = computed(
    () => screen.views.find((one) => one.key === address.view) ?? screen.views[0] ?? standard,
  );
  const filter = computed<Filter | null>(() => address.filter ?? view.value.filter ?? null);
  const sort = computed<Sort[]>(() => address.sort ?? view.value.sort);
  const chosenColumns = ref<string[] | null>(null);
  const columns = computed<FieldScreen[]>(() =>
    (chosenColumns.value ?? view.value.columns).flatMap((key) => fields.get(key) ?? []),
  );

  const records = shallowRef<RecordValues[]>([]);
  const total = ref<number | null>(null);
  const totals = shallowRef<Record<string, string>>({});
  const next = ref<string | null>(null);
  const loading = ref(true);
  const error = shallowRef<unknown>(null);
  let running: AbortController | null = null;

  function query(cursor: string | null) {
    const wanted = new Set(["title", ...columns.value.map((field) => field.key)]);
    wanted.add("owner");
    return {
      view: view.value.key,
      filter: address.filter,
      sort: address.sort ?? undefined,
      q: address.q,
      fields: [...wanted],
      limit: PAGE_SIZE,
      cursor,
      count: cursor === null,
    };
  }

  /** Asks for the records from the start; those on the screen stay until the answer is there. */
  async function load(): Promise<void> {
    running?.abort();
    const own = new AbortController();
    running = own;
    loading.value = true;
    try {
      const [found] = await Promise.all([
        listRecords(screen.key, query(null), own.signal),
        loadTotals(own.signal),
      ]);
      records.value = found.records;
      next.value = found.next;
      total.value = found.total ?? null;
      error.value = null;
    } catch (failure) {
      if (own.signal.aborted || isAborted(failure)) return;
      error.value = failure;
    } finally {
      if (running === own) loading.value = false;
    }
  }

  async function loadTotals(signal: AbortSignal): Promise<void> {
    const keys = view.value.totals.filter((key) => fields.has(key));
    if (keys.length === 0) {
      totals.value = {};
      return;
    }
    const found = address.q ? { field: "title", op: "contains" as const, value: address.q } : null;
    const parts = [...partsOf(filter.value), ...(found ? [found] : [])];
    const measures = keys.map((key) => ({ key, aggregate: "sum" as const, field: key }));
    const answer = await aggregate(
      screen.key,
      { filter: allOf(parts), dimensions: [], measures },
      signal,
    ).catch((failure: unknown) => {
      // A foot without sums is better than no grid.
      if (isAborted(failure)) throw failure;
      return { rows: [] };
    });
    totals.value = (answer.rows[0] ?? {}) as Record<string, string>;
  }

  /** Asks for the records after those that are there. */
  async function loadMore(): Promise<void> {
    if (!next.value || loading.value) return;
    const own = new AbortController();
    running = own;
    loading.value = true;
    try {
      const found = await listRecords(screen.key, query(next.value), own.signal);
      const known = new Set(records.value.map((record) => record.id));
      records.value = [
        ...records.value,
        ...found.records.filter((record) => !known.has(record.id)),
      ];
      next.value = found.next;
    } catch (failure) {
      if (!own.signal.aborted && !isAborted(failure)) error.value = failure;
    } finally {
      if (running === own) loading.value = false;
    }
  }

  function writeBack(push: boolean): void {
    const to = location.pathname + writeAddress(address);
    if (to === location.pathname + location.search) return;
    if (push) history.pushState(null, "", to);
    else history.replaceState(null, "", to);
  }

  function columnsKey(): string {
    return `${COLUMNS_KEY}:${page.member.id}:${screen.key}:${view.value.key}`;
  }

  function readColumns(): void {
    try {
      const kept = JSON.parse(localStorage.getItem(columnsKey()) ?? "null") as unknown;
      chosenColumns.value = Array.isArray(kept) ? kept.map(String) : null;
    } catch {
      chosenColumns.value = null;
    }
  }

  /** Shows other columns; null goes back to the view's. */
  function chooseColumns(keys: string[] | null): void {
    chosenColumns.value = keys;
    if (keys) localStorage.setItem(columnsKey(), JSON.stringify(keys));
    else localStorage.removeItem(columnsKey());
    void load();
  }

  function chooseView(key: string): void {
    Object.assign(address, { view: key, filter: null, sort: null, q: "" });
  }

  function setFilter(to: Filter | null): void {
    const own =
      JSON.stringify(to ?? { all: [] }) === JSON.stringify(view.value.filter ?? { all: [] });
    address.filter = own ? null : (to ?? { all: [] });
  }

  function setSort(to: Sort[]): void {
    address.sort = JSON.stringify(to) === JSON.stringify(view.value.sort) ? null : to;
  }

  readColumns();
  watch(() => view.value.key, readColumns);
  watch(
    () => [view.value.key, JSON.stringify([address.filter, address.sort]), address.q] as const,
    ([viewKey], [earlier]) => {
      writeBack(viewKey !== earlier);
      void load();
    },
  );
  watch(
    () => address.record,
    (_, earlier) => writeBack(!earlier),
  );
  window.addEventListener("popstate", () => Object.assign(address, readAddress(location.search)));
  void load();

  return {
    address,
    fields,
    view,
    filter,
    sort,
    columns,
    records,
    total,
    totals,
    next,
    loading,
    error,
    isFiltered: computed(() => partsOf(filter.value).length > 0 || address.q !== ""),
    load,
    loadMore,
    chooseView,
    chooseColumns,
    hasOwnColumns: computed(() => chosenColumns.value !== null),
    setFilter,
    setSort,
  };
}

export type Grid = ReturnType<typeof useGrid>;
