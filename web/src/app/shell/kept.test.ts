import { beforeEach, expect, it } from "vitest";
import { favouritePages, isFavourite, toggleFavourite } from "./favourites";
import { recentPages, rememberVisit } from "./recent";

const visited = (href: string) => ({ href, title: href, island: "record/panel", place: "商机" });

beforeEach(() => localStorage.clear());

it("keeps the latest visits, each page once", () => {
  for (const href of ["/a", "/b", "/a"]) rememberVisit(visited(href));
  expect(recentPages().map(({ href }) => href)).toEqual(["/a", "/b"]);
  for (let at = 0; at < 20; at += 1) rememberVisit(visited(`/${at}`));
  expect(recentPages()).toHaveLength(12);
});

it("marks a page and takes the mark back", () => {
  expect(toggleFavourite(visited("/a"))).toBe(true);
  expect(isFavourite("/a")).toBe(true);
  expect(toggleFavourite(visited("/a"))).toBe(false);
  expect(favouritePages()).toEqual([]);
});

it("reads what is not a list as empty", () => {
  localStorage.setItem("formwork.favourites:", "{broken");
  expect(favouritePages()).toEqual([]);
});
