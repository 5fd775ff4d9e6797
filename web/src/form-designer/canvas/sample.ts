import type { ChoiceOption } from "@/api/types";
import { currencySign } from "@/app/format";
import { hasText, t } from "@/app/i18n";
import type { FieldDocument } from "@/document/form/document";
import { type Localized, textIn } from "@/document/localized";
import { type SerialPart, serialText } from "@/field/serial/example";

/** What stands in a field that nobody has filled in: how it will be, rather than a value. */
export function sampleText(field: FieldDocument, locale: string): string {
  const options = field.options ?? {};
  switch (field.kind) {
    case "number":
      return numberText(field, locale);
    case "money": {
      const places = numberOf(options.places, 2);
      return `${currencySign(String(options.currency ?? "CNY"))} ${(0).toFixed(places)}`;
    }
    case "date":
      return t("designer.sample.date");
    case "datetime":
      return t("designer.sample.datetime");
    case "choice":
    case "choices":
      return (
        choiceLabels(field, locale).slice(0, 3).join(t("ui.list_separator")) || t("field.choose")
      );
    case "boolean":
      return t("ui.no");
    case "serial":
      return serialText((options.parts ?? []) as SerialPart[]);
    case "subform":
      return "";
    default: {
      const key = `designer.sample.${field.kind}`;
      return hasText(key) ? t(key) : "";
    }
  }
}

function numberText(field: FieldDocument, locale: string): string {
  const options = field.options ?? {};
  const places = numberOf(options.places, 2);
  if (options.percent === true) return `${(0).toFixed(Math.max(0, places - 2))}%`;
  const unit = textIn(options.unit as Localized | undefined, locale);
  return unit ? `${(0).toFixed(places)} ${unit}` : (0).toFixed(places);
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === "number" && value >= 0 && value <= 8 ? value : otherwise;
}

/** The labels of the options that are still offered. */
export function choiceLabels(field: FieldDocument, locale: string): string[] {
  const options = (field.options?.options ?? []) as (ChoiceOption & { label: Localized })[];
  return options.filter((one) => !one.retired).map((one) => textIn(one.label, locale) || one.key);
}
