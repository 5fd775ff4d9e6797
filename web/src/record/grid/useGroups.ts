import { ref, shallowRef } from "vue";
import { aggregate, listRecords, type RecordQuery } from "@/api/records";
import type { FieldScreen, Filter, RecordValues } from "@/api/types";
import { allOf, partsOf } from "@/rule/condition/filter";
import type { Group } from "./rows";

/** What the groups are made of: the same records as the plain list shows. */
export interface GroupQuery {
  form: string;
  field: FieldScreen;
  /** Everything that must hold, the view's filter included. */
  filter: Filter | null;
  totals: string[];
  records: RecordQuery;
}

/** So many rows are fetched before the groups show; the others come when they are in sight. */
const ROWS_FIRST = 40;
/** The count in the answer, under a name that no field has. */
const COUNT = "records_in_group";

/** Groups in the order of the options, others by the order of the answer; those without last. */
export function inOrder<T extends { value: string | null }>(field: FieldScreen, groups: T[]): T[] {
  const keys = (field.options.options ?? []).map((option) => option.key);
  const rank = ({ value }: T) => {
    if (value === null) return keys.length + 1;
    const at = keys.indexOf(value);
    return at < 0 ? keys.length : at;
  };
  return [...groups].sort((a, b) => rank(a) - rank(b));
}

function only(query: GroupQuery, value: string | null): Filter | null {
  const { key } = query.field;
  const own: Filter =
    value === null ? { field: key, op: "empty" } : { field: key, op: "eq", value };
  return allOf([...partsOf(query.filter), own]);
}

/** The groups of a grid, their subtotals, and their records as they come into sight. */
export function useGroups() {
  const groups = shallowRef<Group[]>([]);
  const closed = ref(new Set<string | null>());
  const busy = new Set<string | null>();
  let current: { query: GroupQuery; signal: AbortSignal } | null = null;

  async function load(query: GroupQuery, signal: AbortSignal): Promise<void> {
    const sums = query.totals.map((key) => ({ key, aggregate: "sum" as const, field: key }));
    const answer = await aggregate(
      query.form,
      {
        filter: query.filter,
        search: query.records.q || undefined,
        dimensions: [{ field: query.field.key }],
        measures: [{ key: COUNT, aggregate: "count" }, ...sums],
      },
      signal,
    );
    const { field } = query;
    const found = answer.rows.map(({ d0, [COUNT]: count, ...totals }): Group => {
      const value = typeof d0 === "string" ? d0 : null;
      const sumsOf = totals as Record<string, string>;
      return { field, value, count: Number(count), totals: sumsOf, records: [], next: undefined };
    });
    const ordered = inOrder(query.field, found);
    current = { query, signal };
    busy.clear();
    const first = await Promise.all(leading(ordered).map((group) => fetchPage(group)));
    signal.throwIfAborted();
    groups.value = merge(ordered, first);
  }

  /** The groups that fill the first screen. */
  function leading(all: Group[]): Group[] {
    let rows = 0;
    return all.filter((group) => {
      const shows = rows < ROWS_FIRST && !closed.value.has(group.value);
      rows += closed.value.has(group.value) ? 1 : group.count + 1;
      return shows;
    });
  }

  async function fetchPage(group: Group): Promise<Group> {
    if (!current) return group;
    const { query, signal } = current;
    const found = await listRecords(
      query.form,
      { ...query.records, filter: only(query, group.value), cursor: group.next, count: false },
      signal,
    );
    const known = new Set(group.records.map((record) => record.id));
    const fresh = found.records.filter((record) => !known.has(record.id));
    return { ...group, records: [...group.records, ...fresh], next: found.next ?? null };
  }

  function merge(all: Group[], changed: Group[]): Group[] {
    const byValue = new Map(changed.map((group) => [group.value, group]));
    return all.map((group) => byValue.get(group.value) ?? group);
  }

  /** Fetches on for groups whose missing records are in sight. */
  async function want(wanted: Group[]): Promise<void> {
    const due = wanted.filter((group) => group.next !== null && !busy.has(group.value));
    if (due.length === 0) return;
    const asked = current;
    for (const group of due) busy.add(group.value);
    try {
      const fetched = await Promise.all(due.map(fetchPage));
      // What was asked for earlier no longer belongs to what is shown.
      if (asked === current) groups.value = merge(groups.value, fetched);
    } finally {
      if (asked === current) for (const group of due) busy.delete(group.value);
    }
  }

  function toggle(value: string | null): void {
    const next = new Set(closed.value);
    if (!next.delete(value)) next.add(value);
    closed.value = next;
  }

  function replace(record: RecordValues): void {
    groups.value = groups.value.map((group) => ({
      ...group,
      records: group.records.map((one) => (one.id === record.id ? record : one)),
    }));
  }

  return { groups, closed, load, want, toggle, replace };
}
