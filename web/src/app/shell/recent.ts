import { page } from "../page";
import { type KeptPage, readKept, writeKept } from "./kept";

const KEPT = ["record/panel", "insight/dashboard"];
const MOST = 12;

/** Where the reader has been, the latest first. */
export const recentPages = (): KeptPage[] => readKept("recent");

/** Notes that the reader has been on a page, or has seen a record beside a list. */
export function rememberVisit(visited: Omit<KeptPage, "at">): void {
  const entry = { ...visited, at: new Date().toISOString() };
  const others = recentPages().filter((one) => one.href !== entry.href);
  writeKept("recent", [entry, ...others].slice(0, MOST));
}

/** Notes the page when it is left, when its title is known. */
export function rememberPage(): void {
  if (!KEPT.includes(page.island)) return;
  const crumbs = [...document.querySelectorAll(".crumbs > a, .crumbs > span, .crumbs > b")];
  const heading = document.querySelector("#island h1")?.textContent?.trim();
  const title = heading || crumbs.at(-1)?.textContent?.trim() || document.title;
  const place = crumbs.at(-2)?.textContent?.trim() ?? "";
  rememberVisit({ href: location.pathname, title, island: page.island, place });
}
