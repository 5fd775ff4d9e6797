import { parseSort, sortText } from "@/api/records";
import type { Filter, Sort } from "@/api/types";
import { parseFilter } from "@/rule/condition/filter";

/** What of a grid's state stands in the page's address. */
export interface GridAddress {
  view: string;
  /** Replaces the view's filter; null keeps it. */
  filter: Filter | null;
  /** Replaces the view's order; null keeps it. */
  sort: Sort[] | null;
  q: string;
  /** The field by which records are grouped; empty for a plain list. */
  group: string;
  /** The record that is open beside the grid. */
  record: string;
}

export function readAddress(search: string): GridAddress {
  const query = new URLSearchParams(search);
  const sort = query.get("sort");
  return {
    view: query.get("view") ?? "",
    filter: parseFilter(query.get("filter")),
    sort: sort ? parseSort(sort) : null,
    q: query.get("q") ?? "",
    group: query.get("group") ?? "",
    record: query.get("record") ?? "",
  };
}

export function writeAddress(address: GridAddress): string {
  const query = new URLSearchParams();
  if (address.view) query.set("view", address.view);
  if (address.filter) query.set("filter", JSON.stringify(address.filter));
  if (address.sort) query.set("sort", sortText(address.sort));
  if (address.q) query.set("q", address.q);
  if (address.group) query.set("group", address.group);
  if (address.record) query.set("record", address.record);
  const text = query.toString();
  return text && `?${text}`;
}
