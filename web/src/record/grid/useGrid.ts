import { computed, reactive, ref, shallowRef, watch } from "vue";
import { noteRecord } from "@/api/beside";
import { isAborted } from "@/api/problem";
import { aggregate, getRecord, listRecords } from "@/api/records";
import type { FieldScreen, Filter, FormScreen, RecordValues, Sort, View } from "@/api/types";
import { page } from "@/app/page";
import { allOf, partsOf } from "@/rule/condition/filter";
import { useIsPhone } from "@/ui/media";
import { type GridAddress, readAddress, writeAddress } from "./address";
import { groupRecords, groupRows, recordRows } from "./rows";
import { useGroups } from "./useGroups";

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
  /** What the heads of the groups say is not said again in each row. */
  const shownColumns = computed(() =>
    columns.value.filter((field, at) => at === 0 || field.key !== grouping.value?.key),
  );

  const isPhone = useIsPhone();
  const groups = useGroups();
  /** What the records are grouped by; the phone's list has no groups. */
  const grouping = computed<FieldScreen | null>(() => {
    const field = fields.get(address.group);
    return field?.groupable && !isPhone.value ? field : null;
  });
  const listed = shallowRef<RecordValues[]>([]);
  const records = computed<RecordValues[]>(() =>
    grouping.value ? groupRecords(groups.groups.value, groups.closed.value) : listed.value,
  );
  const rows = computed(() =>
    grouping.value ? groupRows(groups.groups.value, groups.closed.value) : recordRows(listed.value),
  );
  const total = ref<number | null>(null);
  const totals = shallowRef<Record<string, string>>({});
  const next = ref<string | null>(null);
  const loading = ref(true);
  const error = shallowRef<unknown>(null);
  let running: AbortController | null = null;

  function query(cursor: string | null) {
    const wanted = new Set(["title", ...columns.value.map((field) => field.key)]);
    wanted.add("owner");
    if (screen.flow) wanted.add("flow_status");
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
      const load = grouping.value ? loadGroups(grouping.value, own.signal) : loadList(own.signal);
      await Promise.all([load, loadTotals(own.signal)]);
      error.value = null;
    } catch (failure) {
      if (own.signal.aborted || isAborted(failure)) return;
      error.value = failure;
      total.value = null;
    } finally {
      if (running === own) loading.value = false;
    }
  }

  async function loadList(signal: AbortSignal): Promise<void> {
    const found = await listRecords(screen.key, query(null), signal);
    listed.value = found.records;
    next.value = found.next;
    total.value = found.total ?? null;
  }

  async function loadGroups(field: FieldScreen, signal: AbortSignal): Promise<void> {
    const wanted = { form: screen.key, field, filter: filter.value, totals: totalKeys() };
    await groups.load({ ...wanted, records: query(null) }, signal);
    next.value = null;
    total.value = groups.groups.value.reduce((sum, group) => sum + group.count, 0);
  }

  const totalKeys = () => view.value.totals.filter((key) => fields.has(key));

  async function loadTotals(signal: AbortSignal): Promise<void> {
    const keys = totalKeys();
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
      const known = new Set(listed.value.map((record) => record.id));
      listed.value = [...listed.value, ...found.records.filter((record) => !known.has(record.id))];
      next.value = found.next;
    } catch (failure) {
      if (!own.signal.aborted && !isAborted(failure)) error.value = failure;
    } finally {
      if (running === own) loading.value = false;
    }
  }

  /** Fetches what is missing in groups that are in sight. */
  async function wantGroups(wanted: Parameters<typeof groups.want>[0]): Promise<void> {
    try {
      await groups.want(wanted);
    } catch (failure) {
      if (!isAborted(failure)) error.value = failure;
    }
  }

  /** Shows a record as it was just saved, where it stands; only the sums are asked for anew. */
  async function replace(saved: RecordValues, sums = true): Promise<void> {
    const old = records.value.find((record) => record.id === saved.id);
    const record = { ...old, ...saved };
    listed.value = listed.value.map((one) => (one.id === record.id ? record : one));
    groups.replace(record);
    // What rules lock and what formulas fail at may be others now.
    void getRecord(screen.key, record.id)
      .then((found) => noteRecord(found, screen.fields))
      .catch(() => undefined);
    if (!sums) return;
    const own = running ?? new AbortController();
    await loadTotals(own.signal).catch(() => undefined);
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
    () =>
      [
        view.value.key,
        JSON.stringify([address.filter, address.sort, grouping.value?.key]),
        address.q,
      ] as const,
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
    shownColumns,
    records,
    rows,
    grouping,
    toggleGroup: groups.toggle,
    wantGroups,
    replace,
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
    setGroup: (key: string) => {
      address.group = key;
    },
  };
}

export type Grid = ReturnType<typeof useGrid>;
