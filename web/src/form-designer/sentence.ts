import type { ChoiceOption } from "@/api/types";
import { t } from "@/app/i18n";
import { type Localized, textIn } from "@/app/localized";
import type { FieldDocument, FormDocument } from "@/document/form/document";
import { nameOf } from "@/document/form/names";
import { fieldAt, partsOf } from "@/document/form/place";
import { kindLabel } from "@/field/palette";
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
  return t(target.tab === "document" ? "designer.tab.document" : "designer.whole_form");
}

/** What a field becomes that stores its values differently: its kinds, or its decimal places. */
export function becomesText(
  before: FormDocument | null,
  after: FormDocument,
  path: string,
): string | null {
  const from = before && fieldAt(before, path);
  const to = fieldAt(after, path);
  if (!from || !to) return null;
  const kinds = { from: kindLabel(from), to: kindLabel(to) };
  if (kinds.from !== kinds.to) return t("designer.become.kinds", kinds);
  const places = { from: placesOf(from), to: placesOf(to) };
  return places.from === places.to ? null : t("designer.become.places", places);
}

/** Decimal places that the server takes where a field says nothing. */
const PLACES = 2;

const placesOf = ({ options }: FieldDocument): number => Number(options?.places ?? PLACES);

/** A change of what a field stores, in words; null for every other change. */
export function storedText(
  before: FormDocument | null,
  after: FormDocument,
  change: { kind: string; subject: string },
  locale: string,
): string | null {
  if (change.kind !== "field_storage_changed") return null;
  const becomes = becomesText(before, after, change.subject);
  const name = nameOf(after, change.subject, locale);
  return (
    becomes &&
    name &&
    t("designer.become.line", { name: t("designer.quoted", { text: name }), becomes })
  );
}
