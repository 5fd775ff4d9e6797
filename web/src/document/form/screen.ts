import type { ChoiceOption, FieldOptions, FieldScreen, FormScreen } from "@/api/types";
import { type Localized, textIn } from "@/app/localized";
import { systemFields, traitsOf } from "@/field/vocabulary";
import { columnsOf, type FieldDocument, type FormDocument, hasColumns } from "./document";

/** A field as people will see it, in one language. */
export function fieldScreen(field: FieldDocument, locale: string): FieldScreen {
  const options = (field.options ?? {}) as FieldOptions & {
    unit?: Localized;
    fill?: Record<string, unknown>;
  };
  const { unit, fill, ...rest } = options;
  const computed = field.formula !== undefined;
  return {
    key: field.key,
    kind: field.kind,
    label: textIn(field.label, locale),
    help: field.help ? textIn(field.help, locale) : null,
    required: field.required ?? false,
    computed,
    access: computed || field.read_only ? "read" : "edit",
    options: {
      ...rest,
      ...(unit === undefined ? {} : { unit: textIn(unit, locale) }),
      ...(options.options && { options: options.options.map((one) => option(one, locale)) }),
      ...(hasColumns(field)
        ? { fields: columnsOf(field).map((column) => fieldScreen(column, locale)) }
        : {}),
      ...(fill ? { fills: Object.keys(fill) } : {}),
    },
    ...traitsOf(field.kind),
    ...(options.percent ? { figure: "share" as const } : {}),
  };
}

function option(one: ChoiceOption, locale: string): ChoiceOption {
  return { ...one, label: textIn(one.label as Localized, locale) };
}

/** The form as people will see it, in one language. */
export function formScreen(form: FormDocument, locale: string): FormScreen {
  return {
    key: form.key,
    app: form.app,
    label: textIn(form.label, locale),
    icon: form.icon ?? null,
    revision: 0,
    fields: form.fields.map((field) => fieldScreen(field, locale)),
    system_fields: systemFields(),
    sections: (form.sections ?? []).map((section) => ({
      label: section.label === undefined ? null : textIn(section.label, locale),
      columns: section.columns ?? 1,
      fields: section.fields,
    })),
    views: [],
    buttons: [],
    operations: ["view", "create", "update"],
    flow: null,
    related: [],
  };
}
