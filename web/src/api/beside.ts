import { shallowReactive } from "vue";
import type { FieldScreen, RecordPage, RecordScreen } from "./types";

/** What the server last said about a record beside its values, by field. */
interface Beside {
  /** What a rule lets nobody type into, with the rule's words where it has some. */
  locked: ReadonlyMap<string, string | null>;
  /** Why formulas have no value. */
  failures: ReadonlyMap<string, string>;
}

const known = shallowReactive(new Map<string, Beside>());

/** Whether a rule lets nobody type into a field of a listed record. */
export const isLocked = (record: string, field: string): boolean =>
  known.get(record)?.locked.has(field) ?? false;

/** The words of the rule that locks a field of a listed record. */
export const lockMessage = (record: string, field: string): string | null =>
  known.get(record)?.locked.get(field) ?? null;

/** Why a formula of a listed record has no value. */
export const failureOf = (record: string, field: string): string | undefined =>
  known.get(record)?.failures.get(field);

type Failure = RecordScreen["failures"][number];

const byField = (failures: Failure[]): ReadonlyMap<string, string> =>
  new Map(
    failures
      .filter(({ code }) => code === "formula_failed")
      .map(({ pointer, message }) => [pointer.slice(1), message]),
  );

/** Takes note of what a list says of each of its records. */
export function noteList(page: RecordPage): RecordPage {
  for (const { id } of page.records) {
    const messages = page.lock_messages?.[id] ?? {};
    const locked = (page.read_only?.[id] ?? []).map((field): [string, string | null] => [
      field,
      messages[field] ?? null,
    ]);
    const failures = byField(page.failures?.[id] ?? []);
    if (locked.length > 0 || failures.size > 0) {
      known.set(id, { locked: new Map(locked), failures });
    } else known.delete(id);
  }
  return page;
}

/** Takes note of one record that was asked for by itself; `fields` are those that lists show. */
export function noteRecord(found: RecordScreen, fields: FieldScreen[]): void {
  const { id } = found.record;
  const locked = found.operations.includes("update")
    ? fields.filter((one) => one.access === "edit" && found.fields[one.key] === "read")
    : [];
  known.set(id, {
    locked: new Map(locked.map(({ key }) => [key, lockMessage(id, key)])),
    failures: byField(found.failures),
  });
}
