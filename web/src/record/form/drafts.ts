import type { Values } from "@/api/types";
import { page } from "@/app/page";

/** What was typed and not saved, kept in the browser. */
export interface KeptDraft {
  values: Values;
  /** The version of the record that it was typed over; null for a new one. */
  version: number | null;
  at: string;
}

const DAYS_KEPT = 14;
const PREFIX = "formwork.draft";

/** Where a draft is kept: by member, form and record, or what a new record is made from. */
export function draftKey(form: string, place: string): string {
  return [PREFIX, page.member.id, form, place].join(":");
}

/** The draft of a place; null when there is none or it has grown too old. */
export function readDraft(key: string, now = Date.now()): KeptDraft | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null") as KeptDraft | null;
    if (!kept) return null;
    if (now - Date.parse(kept.at) <= DAYS_KEPT * 86_400_000) return kept;
  } catch {
    // A draft that cannot be read is as good as none.
  }
  dropDraft(key);
  return null;
}

/** Keeps a draft; a browser that has no room goes on without. */
export function keepDraft(key: string, values: Values, version: number | null): string | null {
  const at = new Date().toISOString();
  try {
    localStorage.setItem(key, JSON.stringify({ values, version, at } satisfies KeptDraft));
    return at;
  } catch {
    return null;
  }
}

export function dropDraft(key: string): void {
  localStorage.removeItem(key);
}
