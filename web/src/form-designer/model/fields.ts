import { type Localized, textIn } from "@/app/localized";
import {
  columnsOf,
  type FieldDocument,
  type FormDocument,
  hasColumns,
} from "@/document/form/document";
import { freeKey, identifier } from "@/document/form/keys";
import {
  type FieldPath,
  fieldAt,
  partsOf,
  pathOf,
  siblingsOf,
  takenKeys,
  withSiblings,
} from "@/document/form/place";
import { PALETTE, type PaletteItem } from "@/field/palette";
import { fieldOf, fitsInRows, type Words } from "./kinds";
import { layoutOf, sectionOf, withLayout } from "./layout";
import { dropReferences, renameReferences } from "./rename";

/** A changed form, and the field that is at hand afterwards. */
export interface Changed {
  form: FormDocument;
  path: FieldPath;
}

/** Where a field goes: into a section, or among the columns of a subform. */
export type Spot = { section: number; index?: number } | { subform: string; index?: number };

/** Puts a new field of the palette at a spot. */
export function addField(form: FormDocument, item: PaletteItem, spot: Spot, words: Words): Changed {
  const subform = "subform" in spot ? spot.subform : null;
  const key = freeKey(identifier(words.item(item.key)) || "field", takenKeys(form, subform));
  return insertField(form, fieldOf(key, item, words), spot);
}

function insertField(form: FormDocument, field: FieldDocument, spot: Spot): Changed {
  if ("subform" in spot) {
    const columns = siblingsOf(form, spot.subform);
    const next = columns.toSpliced(spot.index ?? columns.length, 0, field);
    return {
      form: withSiblings(form, spot.subform, next),
      path: pathOf(spot.subform, field.key),
    };
  }
  const sections = layoutOf(form).map((section, at) => {
    if (at !== spot.section) return section;
    const index = spot.index ?? section.fields.length;
    return { ...section, fields: section.fields.toSpliced(index, 0, field.key) };
  });
  const placed = { ...form, fields: [...form.fields, field] };
  return { form: withLayout(placed, sections), path: field.key };
}

/** Removes a field and its place in sections, views, rules and buttons; formulas stay. */
export function removeField(form: FormDocument, path: FieldPath): FormDocument {
  const { subform, key } = partsOf(path);
  const rest = siblingsOf(form, subform).filter((field) => field.key !== key);
  return dropReferences(withSiblings(form, subform, rest), path);
}

/** The field that is at hand when another goes: the one before it, else the one behind. */
export function neighbourOf(form: FormDocument, path: FieldPath): FieldPath | null {
  const { subform } = partsOf(path);
  const keys = subform === null ? layoutOf(form).flatMap((one) => one.fields) : null;
  const paths = keys ?? siblingsOf(form, subform).map((one) => pathOf(subform, one.key));
  const at = paths.indexOf(path);
  const next = paths[at - 1] ?? paths[at + 1];
  return next !== undefined && fieldAt(form, next) ? next : subform;
}

/** A second field like the first, right behind it. */
export function duplicateField(form: FormDocument, path: FieldPath): Changed {
  const { subform, key } = partsOf(path);
  const field = fieldAt(form, path);
  if (!field) return { form, path };
  const copy: FieldDocument = {
    ...structuredClone(field),
    key: freeKey(withoutNumber(key), takenKeys(form, subform)),
  };
  const siblings = siblingsOf(form, subform);
  const at = siblings.findIndex((one) => one.key === key);
  if (subform !== null) return insertField(form, copy, { subform, index: at + 1 });
  const section = sectionOf(form, key);
  const index = (layoutOf(form)[section]?.fields.indexOf(key) ?? 0) + 1;
  return insertField(form, copy, { section, index });
}

/** Changes a field; `undefined` takes a property away. */
export function setField(
  form: FormDocument,
  path: FieldPath,
  patch: Partial<FieldDocument>,
): FormDocument {
  const { subform, key } = partsOf(path);
  const siblings = siblingsOf(form, subform).map((field) =>
    field.key === key ? pruned({ ...field, ...patch }) : field,
  );
  return withSiblings(form, subform, siblings);
}

/** Replaces the options of a field's kind. */
export function setOptions(
  form: FormDocument,
  path: FieldPath,
  options: Record<string, unknown>,
): FormDocument {
  const kept = Object.entries(options).filter(([, value]) => value !== undefined);
  return setField(form, path, {
    options: kept.length > 0 ? Object.fromEntries(kept) : undefined,
  });
}

/** What takes no words in the document: absent means no. */
function pruned(field: FieldDocument): FieldDocument {
  const entries = Object.entries(field).filter(
    ([, value]) => value !== undefined && value !== false,
  );
  return Object.fromEntries(entries) as unknown as FieldDocument;
}

/** Gives a field another key, everywhere in the form. Only for fields that hold no data yet. */
export function setKey(form: FormDocument, path: FieldPath, key: string): Changed {
  const { subform, key: old } = partsOf(path);
  if (key === old || takenKeys(form, subform).has(key)) return { form, path };
  const siblings = siblingsOf(form, subform).map((field) =>
    field.key === old ? { ...field, key } : field,
  );
  const next = pathOf(subform, key);
  return { form: renameReferences(withSiblings(form, subform, siblings), path, next), path: next };
}

/**
 * Gives a field the key that its label suggests, as long as the key is the one that an earlier
 * label `before` suggested: one that somebody chose stays.
 */
export function followLabel(
  form: FormDocument,
  path: FieldPath,
  before: Localized,
  locale: string,
): Changed {
  const { subform, key } = partsOf(path);
  const wanted = identifier(textIn(fieldAt(form, path)?.label, locale));
  const suggested = [identifier(textIn(before, locale)), "field"];
  if (!wanted || !suggested.includes(withoutNumber(key))) return { form, path };
  if (wanted === withoutNumber(key)) return { form, path };
  return setKey(form, path, freeKey(wanted, takenKeys(form, subform)));
}

/** A key without the number that keeps it apart from others. */
const withoutNumber = (key: string): string => key.replace(/_\d+$/, "");

/** Moves a field one place up or down, on to the next section at its end. */
export function moveField(form: FormDocument, path: FieldPath, step: -1 | 1): FormDocument {
  const { subform, key } = partsOf(path);
  if (subform !== null) {
    const columns = siblingsOf(form, subform);
    return withSiblings(
      form,
      subform,
      shifted(
        columns,
        columns.findIndex((c) => c.key === key),
        step,
      ),
    );
  }
  const sections = layoutOf(form);
  const at = sections.findIndex((section) => section.fields.includes(key));
  const from = sections[at];
  if (!from) return form;
  const index = from.fields.indexOf(key);
  if (index + step >= 0 && index + step < from.fields.length) {
    const fields = shifted(from.fields, index, step);
    return withLayout(form, sections.with(at, { ...from, fields }));
  }
  const to = sections[at + step];
  if (!to) return form;
  const left = { ...from, fields: from.fields.filter((one) => one !== key) };
  const fields = step > 0 ? [key, ...to.fields] : [...to.fields, key];
  return withLayout(form, sections.with(at, left).with(at + step, { ...to, fields }));
}

/** A list with one element moved by a step; as it is at the ends. */
export function shifted<T>(list: readonly T[], index: number, step: number): T[] {
  const moved = list[index];
  const to = index + step;
  if (moved === undefined || to < 0 || to >= list.length) return [...list];
  return list.toSpliced(index, 1).toSpliced(to, 0, moved);
}

/** Prefix of an entry of [`Arrangement`] that is new from the palette. */
export const NEW = "new:";

/** Paths of fields as they were dragged; `new:<palette key>` stands for one from the palette. */
export interface Arrangement {
  sections: string[][];
  subforms: Record<string, string[]>;
}

/** The arrangement that a form is drawn in. */
export function arrangementOf(form: FormDocument): Arrangement {
  const subforms = form.fields.filter(hasColumns);
  return {
    sections: layoutOf(form).map((section) => section.fields),
    subforms: Object.fromEntries(
      subforms.map((field) => [field.key, columnsOf(field).map((c) => pathOf(field.key, c.key))]),
    ),
  };
}

/** Brings a form into the arrangement that dragging left; answers the field that was new. */
export function arrange(
  form: FormDocument,
  wanted: Arrangement,
  words: Words,
): { form: FormDocument; path: FieldPath | null } {
  let next = form;
  let path: FieldPath | null = null;
  const place = (entry: string, spot: Spot): string => {
    if (entry.startsWith(NEW)) {
      const item = PALETTE.find((one) => one.key === entry.slice(NEW.length));
      if (!item) return "";
      const added = addField(next, item, spot, words);
      next = added.form;
      path = added.path;
      return partsOf(added.path).key;
    }
    const moved = moveLevel(next, entry, "subform" in spot ? spot.subform : null);
    next = moved.form;
    if (moved.path !== entry) path = moved.path;
    return partsOf(moved.path).key;
  };
  const sections = wanted.sections.map((entries, section) =>
    entries.map((entry) => place(entry, { section })).filter(Boolean),
  );
  for (const [subform, entries] of Object.entries(wanted.subforms)) {
    if (!takenKeys(next, null).has(subform)) continue;
    const keys = entries.map((entry) => place(entry, { subform })).filter(Boolean);
    const columns = siblingsOf(next, subform);
    const ordered = keys.flatMap((key) => columns.find((column) => column.key === key) ?? []);
    next = withSiblings(next, subform, ordered);
  }
  const headed = layoutOf(form).map((section, at) => ({ ...section, fields: sections[at] ?? [] }));
  return { form: withLayout(next, headed), path };
}

/** Moves a field between the form and a subform; it is a different field for its data then. */
function moveLevel(form: FormDocument, path: FieldPath, subform: string | null): Changed {
  const from = partsOf(path);
  const field = fieldAt(form, path);
  if (!field || from.subform === subform) return { form, path };
  if (subform !== null && !fitsInRows(field.kind)) return { form, path };
  const taken = takenKeys(form, subform);
  const key = freeKey(from.key, taken);
  const left = withSiblings(
    form,
    from.subform,
    siblingsOf(form, from.subform).filter((one) => one.key !== from.key),
  );
  const arrived = withSiblings(left, subform, [...siblingsOf(left, subform), { ...field, key }]);
  const next = pathOf(subform, key);
  return { form: renameReferences(arrived, path, next), path: next };
}
