import type { FieldScreen, RecordValues } from "@/api/types";

/** Records that have one value of a field in common, as far as they have been fetched. */
export interface Group {
  field: FieldScreen;
  /** The value, as on the wire; null for the records that have none. */
  value: string | null;
  count: number;
  totals: Record<string, string>;
  records: RecordValues[];
  /** Where to go on; undefined before the first records, null after the last. */
  next: string | null | undefined;
}

/** A line of the grid, 36 px each. */
export type Row =
  | { kind: "record"; id: string; record: RecordValues; index: number; place: number }
  | { kind: "group"; id: string; group: Group; closed: boolean }
  /** A record that is still to come. */
  | { kind: "wait"; id: string; group: Group };

export function recordRows(records: RecordValues[]): Row[] {
  return records.map((record, index) => ({
    kind: "record",
    id: record.id,
    record,
    index,
    place: index + 1,
  }));
}

/**
 * The heads of the groups, under each of the open ones its records; those that are still to come
 * take their place already, so that nothing moves when they arrive.
 */
export function groupRows(groups: Group[], closed: ReadonlySet<string | null>): Row[] {
  const rows: Row[] = [];
  let index = 0;
  let place = 0;
  for (const group of groups) {
    const id = `group-${group.value ?? ""}`;
    const isClosed = closed.has(group.value);
    rows.push({ kind: "group", id, group, closed: isClosed });
    const known = isClosed ? [] : group.records;
    for (const [at, record] of known.entries()) {
      rows.push({ kind: "record", id: record.id, record, index, place: place + at + 1 });
      index += 1;
    }
    const missing = isClosed || group.next === null ? 0 : group.count - known.length;
    for (let at = 0; at < missing; at += 1) rows.push({ kind: "wait", id: `${id}-${at}`, group });
    place += group.count;
  }
  return rows;
}

/** The records of the groups that are open, in the order of the rows. */
export function groupRecords(groups: Group[], closed: ReadonlySet<string | null>): RecordValues[] {
  return groups.filter((group) => !closed.has(group.value)).flatMap((group) => group.records);
}
