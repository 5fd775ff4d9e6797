import { type Component, shallowReactive } from "vue";
import type { FieldScreen } from "@/api/types";
import { kindOf } from "./registry";

const loaded = shallowReactive(new Map<string, Component>());
const loading = new Map<string, Promise<void>>();

function load(kind: string): Promise<void> {
  let found = loading.get(kind);
  if (!found) {
    found = kindOf(kind)
      .edit()
      .then((module) => {
        loaded.set(kind, module.default);
      });
    loading.set(kind, found);
  }
  return found;
}

/** Fetches the controls of some fields, columns of subforms included, so that none pops in. */
export async function loadEditors(fields: FieldScreen[]): Promise<void> {
  const all = fields.flatMap((field) => [field, ...(field.options.fields ?? [])]);
  await Promise.all([...new Set(all.map((field) => field.kind))].map(load));
}

/** The control of a kind; undefined until it has been fetched, which asking for it begins. */
export function editorOf(kind: string): Component | undefined {
  const found = loaded.get(kind);
  if (!found) void load(kind);
  return found;
}
