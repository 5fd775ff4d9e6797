import type { Localized } from "@/app/localized";
import type { FieldDocument } from "@/document/form/document";
import type { StartingWords } from "@/field/kind";
import type { PaletteItem } from "@/field/palette";
import { kindOf } from "@/field/registry";
import { traitsOf } from "@/field/vocabulary";

/** The key of the palette's entry that is no field. */
export const SECTION_ITEM = "section";

/** Words in the reader's language that a new field begins with. */
export interface Words extends StartingWords {
  /** The label of a palette entry. */
  item: (key: string) => string;
}

/** Whether fields of a kind can be columns of a subform. */
export function fitsInRows(kind: string): boolean {
  return !["rows", "serial"].includes(traitsOf(kind).shape);
}

/** A new field as the palette offers it; a key is still to be given. */
export function fieldOf(key: string, from: PaletteItem, words: Words): FieldDocument {
  const label: Localized = { [words.locale]: words.item(from.key) };
  const options = { ...kindOf(from.kind).start?.(words), ...from.options };
  const field: FieldDocument = { key, kind: from.kind, label };
  if (from.formula !== undefined) field.formula = from.formula;
  if (Object.keys(options).length > 0) field.options = options;
  return field;
}
