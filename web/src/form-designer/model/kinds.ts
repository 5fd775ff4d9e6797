import type { KindKey } from "@/api/types";
import { hasText, t } from "@/app/i18n";
import type { FieldDocument } from "@/document/form/document";
import { identifier } from "@/document/form/keys";
import type { Localized } from "@/document/localized";
import { KINDS } from "@/field/registry";

export type PaletteGroup = "basic" | "people" | "layout";

/** Something that can be put on a form: a field of a kind, ready with some options. */
export interface PaletteItem {
  /** Text under `designer.palette.<key>`. */
  key: string;
  group: PaletteGroup;
  kind: KindKey;
  icon: string;
  options?: Record<string, unknown>;
  formula?: string;
}

/** The key of the palette's entry that is no field. */
export const SECTION_ITEM = "section";

const item = (
  group: PaletteGroup,
  kind: KindKey,
  more: Partial<PaletteItem> = {},
): PaletteItem => ({ key: kind, group, kind, icon: KINDS[kind].icon, ...more });

/** The palette, in the order in which it is drawn. */
export const PALETTE: PaletteItem[] = [
  item("basic", "text"),
  item("basic", "long_text"),
  item("basic", "number"),
  item("basic", "money"),
  item("basic", "number", {
    key: "percent",
    icon: "percent",
    options: { places: 4, percent: true },
  }),
  item("basic", "number", { key: "formula", icon: "sigma", formula: "0" }),
  item("basic", "date"),
  item("basic", "datetime"),
  item("basic", "choice"),
  item("basic", "choices"),
  item("basic", "boolean", { icon: "toggle-left" }),
  item("basic", "text", { key: "phone", icon: "phone", options: { format: "phone" } }),
  item("basic", "text", { key: "email", icon: "mail", options: { format: "email" } }),
  item("basic", "serial"),
  item("people", "member"),
  item("people", "members"),
  item("people", "department"),
  item("people", "departments"),
  item("people", "link"),
  item("layout", "subform"),
];

/** Words in the reader's language that a new field begins with. */
export interface Words {
  locale: string;
  /** The label of a palette entry. */
  item: (key: string) => string;
  option: (number: number) => string;
  column: string;
}

/** Kinds that cannot be a column of a subform. */
const NOT_IN_ROWS: ReadonlySet<string> = new Set(["subform", "serial"]);

export function fitsInRows(kind: string): boolean {
  return !NOT_IN_ROWS.has(kind);
}

/** The icon of a field, by what it is rather than by its kind alone. */
export function iconOf(field: { kind: KindKey; options?: Record<string, unknown> }): string {
  if (field.kind === "number" && field.options?.percent === true) return "percent";
  if (field.kind === "boolean") return "toggle-left";
  if (field.kind === "text" && field.options?.format === "phone") return "phone";
  if (field.kind === "text" && field.options?.format === "email") return "mail";
  return (KINDS[field.kind] ?? KINDS.text).icon;
}

/** A new field as the palette offers it; a key is still to be given. */
export function fieldOf(key: string, from: PaletteItem, words: Words): FieldDocument {
  const label: Localized = { [words.locale]: words.item(from.key) };
  const options = { ...startingOptions(from.kind, words), ...from.options };
  const field: FieldDocument = { key, kind: from.kind, label };
  if (from.formula !== undefined) field.formula = from.formula;
  if (Object.keys(options).length > 0) field.options = options;
  return field;
}

function startingOptions(kind: KindKey, words: Words): Record<string, unknown> {
  const label = (text: string) => ({ [words.locale]: text });
  switch (kind) {
    case "choice":
    case "choices":
      return {
        options: [1, 2].map((number) => ({
          key: `option_${number}`,
          label: label(words.option(number)),
          color: number,
        })),
      };
    case "serial":
      return { parts: [{ text: "NO-" }, { counter: 5 }] };
    case "link":
      return { form: "" };
    case "subform":
      return {
        fields: [
          { key: identifier(words.column) || "name", kind: "text", label: label(words.column) },
        ],
      };
    default:
      return {};
  }
}

/** The name of a field kind or palette entry, by what a field is. */
export function kindLabel(field: { kind: string; options?: Record<string, unknown> }): string {
  const { options } = field;
  const special =
    field.kind === "number" && options?.percent === true
      ? "percent"
      : field.kind === "text" && (options?.format === "phone" || options?.format === "email")
        ? String(options.format)
        : field.kind;
  const key = `designer.palette.${special}`;
  return hasText(key) ? t(key) : field.kind;
}
