import type { FieldScreen, FormScreen } from "@/api/types";
import { formatPercent, isDecimal } from "@/app/format";
import type { ConditionNames } from "@/rule/formula/sentence";

/** The words of a form's fields and choices, for conditions over its records. */
export function formNames(form: FormScreen | null): ConditionNames {
  const fields = [...(form?.fields ?? []), ...(form?.system_fields ?? [])];
  const find = (key: string): FieldScreen | undefined => fields.find((field) => field.key === key);
  return {
    field(path) {
      const [root = "", part] = path.split(".");
      const field = find(root);
      if (!field || part === undefined) return field?.label ?? null;
      const column = field.options.fields?.find((one) => one.key === part);
      return column ? `${field.label} · ${column.label}` : null;
    },
    value(path, value) {
      const options = find(path)?.options;
      if (options?.percent && isDecimal(value)) return formatPercent(value);
      return options?.options?.find((one) => one.key === value)?.label ?? null;
    },
  };
}
