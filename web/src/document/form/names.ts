import { t } from "@/app/i18n";
import { textIn } from "@/app/localized";
import { systemFields } from "@/field/vocabulary";
import { columnsOf, type FormDocument, hasColumns } from "./document";
import { fieldAt, partsOf } from "./place";

/**
 * The name of a field, a column, or a field before a change; null for what is none. `dotted`
 * keeps the dot of a path, as in formulas.
 */
export function nameOf(
  form: FormDocument,
  path: string,
  locale: string,
  dotted = false,
): string | null {
  const { subform: owner, key } = partsOf(path);
  if (owner === "old") {
    const name = nameOf(form, key, locale);
    return name && t("designer.before", { name });
  }
  if (owner === null) {
    const field = fieldAt(form, key);
    return field ? textIn(field.label, locale) || key : systemName(key);
  }
  const parent = fieldAt(form, owner);
  if (!parent) return null;
  const column = columnsOf(parent).find((one) => one.key === key);
  if (!column && hasColumns(parent)) return null;
  const own = column ? textIn(column.label, locale) : key;
  if (dotted) return `${textIn(parent.label, locale)}.${own}`;
  return t("designer.part_of", { owner: textIn(parent.label, locale), part: own });
}

function systemName(key: string): string | null {
  return systemFields().find((field) => field.key === key)?.label ?? null;
}

/** A change in words, by the field's name in the place of its key. */
export function changeText(
  change: { subject: string; message: string },
  forms: (FormDocument | null)[],
  locale: string,
): string {
  const name = forms
    .map((form) =>
      form && fieldAt(form, change.subject) ? nameOf(form, change.subject, locale) : null,
    )
    .find((found) => found !== null);
  if (!name) return change.message;
  return change.message.replace(change.subject, t("designer.quoted", { text: name }));
}

/** Several names as a list. */
export function namesOf(form: FormDocument, paths: string[], locale: string): string {
  return paths.map((path) => nameOf(form, path, locale) ?? path).join(t("ui.list_separator"));
}
