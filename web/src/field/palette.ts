import { hasText, t } from "@/app/i18n";
import type { PaletteEntry } from "./kind";
import { KINDS, kindOf } from "./registry";

/** Something that can be put on a form: a field of a kind, ready with some options. */
export interface PaletteItem extends PaletteEntry {
  /** Names it in the palette. */
  key: string;
  kind: string;
  icon: string;
}

/** The palette, in the order in which it is drawn. */
export const PALETTE: PaletteItem[] = [...KINDS]
  .flatMap(([kind, view]) =>
    view.palette.map((entry) => ({ key: kind, icon: view.icon, ...entry, kind })),
  )
  .sort((a, b) => a.at - b.at);

/** The entry that a field was made from, by what it is rather than by its kind alone. */
export function itemOf(field: {
  kind: string;
  options?: Record<string, unknown>;
}): PaletteItem | null {
  const own = PALETTE.filter((item) => item.kind === field.kind && item.formula === undefined);
  const isMadeSo = ({ options }: PaletteItem) =>
    options !== undefined &&
    Object.entries(options).every(
      ([name, value]) => name === "places" || field.options?.[name] === value,
    );
  return own.find(isMadeSo) ?? own.find(({ options }) => options === undefined) ?? null;
}

/** The icon of a field. */
export function iconOf(field: { kind: string; options?: Record<string, unknown> }): string {
  return itemOf(field)?.icon ?? kindOf(field.kind).icon;
}

/** What an entry of the palette is called: by itself, or as its kind. */
export function itemLabel(key: string): string {
  const own = `designer.palette.${key}`;
  if (hasText(own)) return t(own);
  const kind = `field.kind.${key}`;
  return hasText(kind) ? t(kind) : key;
}

/** What a field is called by what it is. */
export function kindLabel(field: { kind: string; options?: Record<string, unknown> }): string {
  return itemLabel(itemOf(field)?.key ?? field.kind);
}
