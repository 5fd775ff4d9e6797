import { page } from "../page";

/** A page that the reader has been on lately. */
export interface RecentPage {
  href: string;
  title: string;
  /** The island that showed it: `record`, `dashboard` or `grid`. */
  island: string;
  /** What the page belongs to: the last but one of the crumbs. */
  place: string;
  at: string;
}

const KEPT = ["record", "dashboard"];
const MOST = 12;

const key = () => `formwork.recent:${page.member.id}`;

/** Where the reader has been, the latest first; kept in this browser only. */
export function recentPages(): RecentPage[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key()) ?? "[]");
    return Array.isArray(kept) ? (kept as RecentPage[]) : [];
  } catch {
    return [];
  }
}

/** Notes the page when it is left, when its title is known. */
export function rememberPage(): void {
  if (!KEPT.includes(page.island)) return;
  const crumbs = [...document.querySelectorAll(".crumbs > a, .crumbs > span, .crumbs > b")];
  const heading = document.querySelector("#island h1")?.textContent?.trim();
  const title = heading || crumbs.at(-1)?.textContent?.trim() || document.title;
  const place = crumbs.at(-2)?.textContent?.trim() ?? "";
  const href = location.pathname;
  const entry = { href, title, island: page.island, place, at: new Date().toISOString() };
  const others = recentPages().filter((one) => one.href !== href);
  try {
    localStorage.setItem(key(), JSON.stringify([entry, ...others].slice(0, MOST)));
  } catch {
    // A browser without room goes on without.
  }
}
