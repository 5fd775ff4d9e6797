import { page } from "../page";

/** A page that is kept to come back to, in this browser only. */
export interface KeptPage {
  href: string;
  title: string;
  /** What it shows: `record`, `dashboard` or `grid`. */
  island: string;
  /** What the page belongs to: the last but one of the crumbs. */
  place: string;
  at: string;
}

/** The kept pages of a list, as they were written. */
export function readKept(list: "recent" | "favourites"): KeptPage[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(list)) ?? "[]");
    return Array.isArray(kept) ? (kept as KeptPage[]) : [];
  } catch {
    return [];
  }
}

export function writeKept(list: "recent" | "favourites", pages: KeptPage[]): void {
  try {
    localStorage.setItem(keyOf(list), JSON.stringify(pages));
  } catch {
    // A browser without room goes on without.
  }
}

const keyOf = (list: string) => `formwork.${list}:${page.member.id}`;
