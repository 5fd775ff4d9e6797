import type { ChoiceOption } from "@/api/types";
import { hasText, t } from "@/app/i18n";
import { type Localized, textIn } from "@/app/localized";
import type { FieldDocument } from "@/document/form/document";
import { kindOf } from "@/field/registry";
import { traitsOf } from "@/field/vocabulary";

/** What stands in a field that nobody has filled in: how it will be, rather than a value. */
export function sampleText(field: FieldDocument, locale: string): string {
  const { sample } = kindOf(field.kind);
  if (sample) return sample(field.options ?? {}, locale);
  const { shape, storage } = traitsOf(field.kind);
  if (shape === "choice") {
    const labels = choiceLabels(field, locale).slice(0, 3);
    return labels.join(t("ui.list_separator")) || t("field.choose");
  }
  if (storage === "boolean") return t("ui.no");
  const key = `designer.sample.${field.kind}`;
  return hasText(key) ? t(key) : "";
}

/** The labels of the options that are still offered. */
export function choiceLabels(field: FieldDocument, locale: string): string[] {
  const options = (field.options?.options ?? []) as (ChoiceOption & { label: Localized })[];
  return options.filter((one) => !one.retired).map((one) => textIn(one.label, locale) || one.key);
}
