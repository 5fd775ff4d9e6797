import { type KeptPage, readKept, writeKept } from "./kept";

const MOST = 30;

/** What the reader has marked with a star, the latest first. */
export const favouritePages = (): KeptPage[] => readKept("favourites");

export function isFavourite(href: string): boolean {
  return favouritePages().some((one) => one.href === href);
}

/** Marks a page or takes the mark back; whether it is marked now. */
export function toggleFavourite(marked: Omit<KeptPage, "at">): boolean {
  const others = favouritePages().filter((one) => one.href !== marked.href);
  const marks = others.length === favouritePages().length;
  const entry = { ...marked, at: new Date().toISOString() };
  writeKept("favourites", (marks ? [entry, ...others] : others).slice(0, MOST));
  return marks;
}
