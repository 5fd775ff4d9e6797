import type { FieldTraits } from "@/api/types";
import type { FieldDocument, FormDocument } from "@/document/form/document";
import { type FieldPath, fieldAt } from "@/document/form/place";
import { itemOf, PALETTE, type PaletteItem } from "@/field/palette";
import { kindOf } from "@/field/registry";
import { convertsTo, optionSchema, traitsOf } from "@/field/vocabulary";
import { setField } from "./fields";
import { fitsInRows, type Words } from "./kinds";
import { takesOption } from "./options";

/** Something that a field can become. */
export interface Becoming {
  item: PaletteItem;
  /** Whether stored values convert; the others are kept aside. */
  converts: boolean;
  /** What values must be like to convert, as `designer.become.<need>`; null when all do. */
  need: Need | null;
}

export type Need =
  | "number"
  | "whole"
  | "yes_no"
  | "day"
  | "time_goes"
  | "option"
  | "member"
  | "department"
  | "record"
  | "one";

/** Whether a field's kind can be another one: rows hold fields, which nothing else does. */
export const canBecome = (field: FieldDocument): boolean => traitsOf(field.kind).shape !== "rows";

/**
 * What a field can become, those first to which its values convert. A number that is drawn once
 * a record cannot begin over records that are there: nothing that is `stored` becomes a serial.
 */
export function becomings(field: FieldDocument, isColumn: boolean, stored: boolean): Becoming[] {
  const own = itemOf(field);
  const from = traitsOf(field.kind);
  const found = PALETTE.filter((item) => item.formula === undefined && item !== own)
    .filter(({ kind }) => traitsOf(kind).shape !== "rows")
    .filter(({ kind }) => !isColumn || fitsInRows(kind))
    .filter(({ kind }) => !stored || traitsOf(kind).shape !== "serial")
    .map((item) => {
      const to = traitsOf(item.kind);
      return { item, converts: convertsTo(field.kind, item.kind), need: needOf(from, to) };
    });
  return found.sort((a, b) => rank(a) - rank(b));
}

/** What keeps everything stands first, then what may lose something; as the palette is ordered. */
function rank({ item, converts: keeps, need }: Becoming): number {
  const groups = ["basic", "people", "layout"];
  const loss = !keeps ? 2 : need === null ? 0 : 1;
  return loss * groups.length + groups.indexOf(item.group);
}

const isWord = ({ storage }: FieldTraits): boolean => storage === "text" || storage === "list";
const isTime = ({ storage }: FieldTraits): boolean => storage === "date" || storage === "instant";

/** What a value must be like to convert, where its kind does not say already that it is. */
function needOf(from: FieldTraits, to: FieldTraits): Need | null {
  if (isWord(to) && from.shape === to.shape) {
    return from.storage === "list" && to.storage === "text" ? "one" : null;
  }
  switch (to.shape) {
    case "choice":
      return "option";
    case "member":
      return "member";
    case "department":
      return "department";
    case "link":
      return "record";
  }
  if (isWord(to)) return null;
  if (to.storage === "boolean") return "yes_no";
  if (to.figure === "mark") return "whole";
  if (from.storage === "instant" && to.storage === "date") return "time_goes";
  if (!isWord(from)) return null;
  return isTime(to) ? "day" : "number";
}

/** Makes a field what a palette's entry says; its options are carried over as far as they fit. */
export function setKind(
  form: FormDocument,
  path: FieldPath,
  item: PaletteItem,
  words: Words,
): FormDocument {
  const field = fieldAt(form, path);
  if (!field) return form;
  const traits = traitsOf(item.kind);
  const drawn = traits.shape === "serial";
  const options = {
    ...kindOf(item.kind).start?.(words),
    ...item.options,
    ...carried(field, item),
  };
  return setField(form, path, {
    kind: item.kind,
    options: Object.keys(options).length > 0 ? options : undefined,
    required: field.required && !drawn,
    read_only: field.read_only && !drawn,
    unique: field.unique && canBeUnique(traits),
  });
}

/** Whether no two records may be asked to have the same value. */
export function canBeUnique(traits: FieldTraits): boolean {
  return !traits.long && ["text", "number", "date"].includes(traits.storage);
}

/** What the other kind knows of a field's options; not what made the field what it was. */
function carried(field: FieldDocument, item: PaletteItem): Record<string, unknown> {
  const own = itemOf(field)?.options ?? {};
  const schema = optionSchema(item.kind);
  const kept = Object.entries(field.options ?? {})
    .filter(([name]) => name === "places" || !(name in own))
    .filter(([name]) => name === "places" || !(name in (item.options ?? {})))
    .filter(([name, value]) => takesOption(schema, name, value));
  return Object.fromEntries(kept);
}
