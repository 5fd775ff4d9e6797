import type { Component } from "vue";
import type { FieldScreen } from "@/api/types";
import type { Kind, KindView } from "./kind";
import { PLAIN_KIND } from "./plain";

type Part = { default: Component };

const SHOW = import.meta.glob<Part & { kind: Kind }>("./*/Show.vue", { eager: true });
const EDIT = import.meta.glob<Part>("./*/Edit.vue");
const CONFIGURE = import.meta.glob<Part>("./*/Configure.vue");

function view(key: string): KindView {
  const part = (files: Record<string, () => Promise<Part>>, name: string) =>
    files[`./${key}/${name}.vue`] ?? (() => Promise.reject(new Error(`no ${name} for ${key}`)));
  const { default: show, kind } = SHOW[`./${key}/Show.vue`] as Part & { kind: Kind };
  return { ...kind, show, edit: part(EDIT, "Edit"), configure: part(CONFIGURE, "Configure") };
}

const keyOf = (path: string) => path.split("/")[1] ?? "";

/** Every field kind: the folders here. */
export const KINDS: ReadonlyMap<string, KindView> = new Map(
  Object.keys(SHOW).map((path) => [keyOf(path), view(keyOf(path))]),
);

/** The view of a kind. */
export function kindOf(kind: string): KindView {
  return KINDS.get(kind) ?? (KINDS.get(PLAIN_KIND) as KindView);
}

/** The pixels of what stands in a cell of a field beside its text. */
export function besideText(field: FieldScreen): number {
  const { beside = 0 } = kindOf(field.kind);
  return typeof beside === "function" ? beside(field) : beside;
}
