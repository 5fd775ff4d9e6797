import type { FieldScreen } from "@/api/types";
import { columnsOf, type FormDocument, hasColumns } from "@/document/form/document";
import { type FieldPath, fieldAt, partsOf, pathOf, siblingsOf } from "@/document/form/place";
import { fieldScreen } from "@/document/form/screen";
import { traitsOf } from "@/field/vocabulary";

/** A name that may stand in a formula. */
export interface Name {
  /** As it is written. */
  text: string;
  field: FieldScreen;
  /** Leads on with a dot: to columns, or to fields of the linked record. */
  opens: boolean;
}

/** Where a formula stands, and what it can speak of beyond the form's fields. */
export interface Scope {
  /** The subform in whose rows it stands. */
  subform: string | null;
  /** Whether `old`, the record before the change, is known. */
  old?: boolean;
  /** The subform of which `row` is one row. */
  rows?: string;
  /** The form of the record that is changed, `target`. */
  target?: string;
}

/** The names that a formula may begin with: the row's columns first, then the form's fields. */
export function namesIn(
  form: FormDocument,
  scope: Scope,
  system: FieldScreen[],
  locale: string,
): Name[] {
  const rows = scope.subform === null ? [] : siblingsOf(form, scope.subform);
  const fields = [
    ...rows,
    ...form.fields.filter((one) => !rows.some((row) => row.key === one.key)),
  ];
  return [
    ...fields.map((field) => ({
      text: field.key,
      field: fieldScreen(field, locale),
      opens: hasColumns(field) || traitsOf(field.kind).shape === "link",
    })),
    ...system.map((field) => ({ text: field.key, field, opens: false })),
  ];
}

/** What a dot after a name leads to: columns of a subform, or another form's fields. */
export function ownerOf(
  form: FormDocument,
  scope: Scope,
  owner: string,
  locale: string,
): { columns: FieldScreen[] } | { form: string } | null {
  if (owner === "old" || owner === "record") {
    return { columns: form.fields.map((field) => fieldScreen(field, locale)) };
  }
  const rows = scope.rows ?? scope.subform;
  if (owner === "row" && rows !== null) {
    return { columns: siblingsOf(form, rows).map((field) => fieldScreen(field, locale)) };
  }
  if (owner === "target" && scope.target) {
    if (scope.target !== form.key) return { form: scope.target };
    return { columns: form.fields.map((field) => fieldScreen(field, locale)) };
  }
  const column = scope.subform === null ? undefined : fieldAt(form, pathOf(scope.subform, owner));
  const field = column ?? fieldAt(form, owner);
  if (!field) return null;
  if (hasColumns(field)) {
    return { columns: columnsOf(field).map((one) => fieldScreen(one, locale)) };
  }
  const linked = traitsOf(field.kind).shape === "link" ? field.options?.form : undefined;
  return typeof linked === "string" && linked !== "" ? { form: linked } : null;
}

/** Whether a path is a name here. Fields of linked records count as known: the server looks. */
export function isKnown(
  form: FormDocument,
  scope: Scope,
  system: FieldScreen[],
  path: string,
): boolean {
  const { subform: root, key: member } = partsOf(path as FieldPath);
  if (root === null) {
    return namesIn(form, scope, system, "en").some((name) => name.text === member);
  }
  if (root === "old" && !scope.old) return false;
  const owner = ownerOf(form, scope, root, "en");
  if (!owner) return false;
  if ("form" in owner) return true;
  const rest = [
    ...owner.columns,
    ...(root === "record" || root === "old" || root === "target" ? system : []),
  ];
  return rest.some((column) => column.key === member);
}
