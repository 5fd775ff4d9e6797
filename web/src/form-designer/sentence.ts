import type { ChoiceOption } from "@/api/types";
import { t } from "@/app/i18n";
import { columnsOf, type FormDocument } from "@/document/form/document";
import { fieldAt, partsOf } from "@/document/form/place";
import { type Localized, textIn } from "@/document/localized";
import { conditionPieces, type Piece } from "@/rule/formula/sentence";
import type { Target } from "./model/pointer";

/** Tests for emptiness as comparisons, which have words of their own. */
function plainly(condition: string): string {
  return condition
    .replace(/!\s*ISEMPTY\(([\p{L}\p{N}_.]+)\)/gu, '$1 != ""')
    .replace(/ISEMPTY\(([\p{L}\p{N}_.]+)\)/gu, '$1 == ""');
}

/** A condition of a form in words, its operators apart. */
export function conditionWords(form: FormDocument, condition: string, locale: string): Piece[] {
  return conditionPieces(plainly(condition), {
    field: (path) => nameOf(form, path, locale),
    value: (path, value) => {
      const options = fieldAt(form, path.replace(/^old\./, ""))?.options?.options;
      const found = (options as (ChoiceOption & { label: Localized })[] | undefined)?.find(
        (one) => one.key === value,
      );
      return found ? textIn(found.label, locale) : null;
    },
  });
}

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
  if (!column && parent.kind === "subform") return null;
  const own = column ? textIn(column.label, locale) : key;
  if (dotted) return `${textIn(parent.label, locale)}.${own}`;
  return t("designer.part_of", { owner: textIn(parent.label, locale), part: own });
}

function systemName(key: string): string | null {
  const text = t(`designer.system.${key}`);
  return text.startsWith("designer.") ? null : text;
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

/** Where a problem of a form stands: a field, the n-th of a list, a section, or the whole. */
export function placeText(form: FormDocument, target: Target, locale: string): string {
  if (target.path) {
    const { subform } = partsOf(target.path);
    const parent = subform ? fieldAt(form, subform) : undefined;
    const names = [parent, fieldAt(form, target.path)].filter((one) => one !== undefined);
    return names.map((one) => textIn(one.label, locale) || one.key).join(" · ");
  }
  if (target.at !== undefined && target.tab !== "form") {
    return t("designer.place", { tab: t(`designer.tab.${target.tab}`), n: target.at + 1 });
  }
  if (target.at !== undefined) return t("designer.place_section", { n: target.at + 1 });
  return t("designer.whole_form");
}
