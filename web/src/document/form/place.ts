import { columnsOf, type FieldDocument, type FormDocument } from "./document";

/** Names a field (`amount`) or a subform's column (`lines.amount`). */
export type FieldPath = string;

export function pathOf(subform: string | null, key: string): FieldPath {
  return subform === null ? key : `${subform}.${key}`;
}

/** The subform and the key of a path; the subform is null for a field of the form itself. */
export function partsOf(path: FieldPath): { subform: string | null; key: string } {
  const [first = "", column] = path.split(".");
  return column === undefined ? { subform: null, key: first } : { subform: first, key: column };
}

/** The field at a path. */
export function fieldAt(form: FormDocument, path: FieldPath): FieldDocument | undefined {
  const { subform, key } = partsOf(path);
  return siblingsOf(form, subform).find((field) => field.key === key);
}

/** The form's own fields, or the columns of a subform. */
export function siblingsOf(form: FormDocument, subform: string | null): FieldDocument[] {
  if (subform === null) return form.fields;
  const parent = form.fields.find((field) => field.key === subform);
  return parent ? columnsOf(parent) : [];
}

/** The form with other fields at a level. */
export function withSiblings(
  form: FormDocument,
  subform: string | null,
  fields: FieldDocument[],
): FormDocument {
  if (subform === null) return { ...form, fields };
  return {
    ...form,
    fields: form.fields.map((field) =>
      field.key === subform ? { ...field, options: { ...field.options, fields } } : field,
    ),
  };
}

/** Every field and column with its path, in document order. */
export function everyField(form: FormDocument): { path: FieldPath; field: FieldDocument }[] {
  return form.fields.flatMap((field) => [
    { path: field.key, field },
    ...columnsOf(field).map((column) => ({ path: pathOf(field.key, column.key), field: column })),
  ]);
}

/** The keys in use at a level. */
export function takenKeys(form: FormDocument, subform: string | null): Set<string> {
  return new Set(siblingsOf(form, subform).map((field) => field.key));
}
