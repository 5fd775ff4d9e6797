import type { Schemas } from "@/api/http";
import { formatSpan } from "@/app/format";
import { hasText, t, tn } from "@/app/i18n";

export type Job = Schemas["Job"];
export type Work = Schemas["WorkLine"];

/** A record that shares its value with others. */
interface Sharing {
  id: string;
  title: string;
  value: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export function kindText(kind: string): string {
  return hasText(`admin.job.kind.${kind}`) ? t(`admin.job.kind.${kind}`) : kind;
}

/** What a finished job has done, in words; empty where its kind does not tell. */
export function resultText({ kind, result }: Job): string {
  const counts = Object.entries((result ?? {}) as Record<string, unknown>).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number",
  );
  const some = counts
    .filter(([name, n]) => n > 0 && hasText(`admin.job.result.${name}`))
    .map(([name, n]) => tn(`admin.job.result.${name}`, n));
  if (some.length > 0) return some.join(t("ui.list_separator"));
  return counts.length > 0 && kind === "sweep" ? t("admin.job.result.nothing") : "";
}

/** How long a job took; empty while it is not over. */
export function tookText({ state, created_at, run_at, updated_at }: Job): string {
  if (state !== "done" && state !== "dead") return "";
  const begun = Math.max(Date.parse(created_at), Date.parse(run_at));
  const took = Math.max(0, Date.parse(updated_at) - begun);
  if (took < SECOND) return t("admin.job.took_moment");
  if (took < MINUTE) return tn("admin.job.took_seconds", Math.round(took / SECOND));
  return t("admin.job.took", { time: formatSpan(took) });
}

/** The records that keep a field from being unique, those with one value together. */
export function sharingOf({ problem }: Work): { value: string; records: Sharing[] }[] {
  if (problem?.code !== "values_not_unique" || !Array.isArray(problem.params.records)) return [];
  const found = new Map<string, Sharing[]>();
  for (const one of problem.params.records as Sharing[]) {
    const value = String(one.value ?? "");
    found.set(value, [...(found.get(value) ?? []), one]);
  }
  return [...found].map(([value, records]) => ({ value, records }));
}

/** The field that a piece of work is about, where it says so. */
export function fieldOf({ problem }: Work): string | null {
  const { field } = problem?.params ?? {};
  return typeof field === "string" ? field : null;
}
