import type { ChoiceOption } from "@/api/types";
import { t } from "@/app/i18n";
import { type Localized, textIn } from "@/app/localized";
import type { FormDocument } from "@/document/form/document";
import { nameOf } from "@/document/form/names";
import { fieldAt, partsOf } from "@/document/form/place";
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
