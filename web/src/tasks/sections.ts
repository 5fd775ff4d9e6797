import type { FieldScreen, FormScreen, TaskScreen } from "../api/types";

/** A part of the record as a task shows it: plain fields side by side, or one subform. */
export type TaskSection =
  | { kind: "fields"; label: string | null; fields: FieldScreen[] }
  | { kind: "rows"; label: string; field: FieldScreen };

/**
 * The form's layout with the fields that the step shows. Subforms stand alone below the
 * fields of their section; fields in no section follow at the end.
 */
export function taskSections(form: FormScreen, access: TaskScreen["fields"]): TaskSection[] {
  const byKey = new Map(form.fields.map((field) => [field.key, field]));
  const inSections = new Set(form.sections.flatMap((section) => section.fields));
  const others = form.fields.filter((field) => !inSections.has(field.key)).map(({ key }) => key);
  const parts = [...form.sections, { label: null, columns: 2, fields: others }];
  return parts.flatMap((part) => {
    const shown = part.fields
      .map((key) => byKey.get(key))
      .filter((field) => field !== undefined && access[field.key] !== undefined)
      .filter((field) => field !== undefined);
    const plain = shown.filter((field) => field.kind !== "subform");
    const rows = shown.filter((field) => field.kind === "subform");
    const fields: TaskSection[] =
      plain.length > 0 ? [{ kind: "fields", label: part.label, fields: plain }] : [];
    return [
      ...fields,
      ...rows.map((field): TaskSection => ({ kind: "rows", label: field.label, field })),
    ];
  });
}
