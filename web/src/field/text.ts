import { departmentName, memberName } from "@/api/directory";
import type { Directory, FieldScreen, Value } from "@/api/types";
import {
  formatMoment,
  formatNumber,
  formatPercent,
  isDecimal,
  momentOf,
  parseDay,
  parseNumber,
} from "@/app/format";
import { t } from "@/app/i18n";

/** A value as plain text: for titles, lines of meta, sentences and the clipboard. */
export function plainText(
  field: FieldScreen,
  value: Value | undefined,
  directory: Directory | null = null,
): string {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "boolean") return t(value ? "ui.yes" : "ui.no");
  if (Array.isArray(value)) {
    if (field.kind === "subform") return t("field.rows", { n: value.length });
    return value.map((one) => single(field, String(one), directory)).join(t("ui.list_separator"));
  }
  if (typeof value === "object") return value.title || value.id;
  return single(field, String(value), directory);
}

function single(field: FieldScreen, value: string, directory: Directory | null): string {
  const { options } = field;
  switch (field.kind) {
    case "choice":
    case "choices":
      return options.options?.find((option) => option.key === value)?.label ?? value;
    case "member":
    case "members":
      return memberName(directory, value);
    case "department":
    case "departments":
      return departmentName(directory, value);
    case "date":
      return options.precision === "month" ? value.slice(0, "YYYY-MM".length) : value;
    case "datetime":
      return formatMoment(value);
    case "number":
    case "money":
      if (!isDecimal(value)) return value;
      return options.percent ? formatPercent(value, options.places) : formatNumber(value);
    default:
      return value;
  }
}

/**
 * Reads a text from a spreadsheet's cell as a value of a field; the inverse of [`plainText`].
 * What cannot be read is undefined, so that the cell keeps what it has.
 */
export function fromText(
  field: FieldScreen,
  text: string,
  directory: Directory | null = null,
): Value | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const { options } = field;
  const parts = () => trimmed.split(/[、,，;；]\s*/).filter(Boolean);
  const option = (label: string) =>
    options.options?.find((one) => one.label === label || one.key === label)?.key;
  const member = (name: string) =>
    directory?.members.find((one) => one.name === name || one.id === name)?.id;
  const department = (name: string) =>
    directory?.departments.find((one) => one.name === name || one.id === name)?.id;
  const all = (find: (part: string) => string | undefined) => {
    const found = parts()
      .map(find)
      .filter((id) => id !== undefined);
    return found.length > 0 ? found : undefined;
  };
  switch (field.kind) {
    case "number":
    case "money":
      return parseNumber(trimmed, options.percent) ?? undefined;
    case "boolean":
      return /^(是|对|真|yes|y|true|1|✓|√)$/i.test(trimmed)
        ? true
        : /^(否|不|假|no|n|false|0)$/i.test(trimmed)
          ? false
          : undefined;
    case "date":
      return parseDay(trimmed) ?? parseMonth(field, trimmed) ?? undefined;
    case "datetime": {
      const [, day = "", time = "00:00"] = /^(\S+)(?:[ T](\d{1,2}:\d{2}))?/.exec(trimmed) ?? [];
      const date = parseDay(day);
      return date ? momentOf(`${date} ${time.padStart(5, "0")}`) : undefined;
    }
    case "choice":
      return option(trimmed);
    case "choices":
      return all(option);
    case "member":
      return member(trimmed);
    case "members":
      return all(member);
    case "department":
      return department(trimmed);
    case "departments":
      return all(department);
    case "text":
    case "long_text":
      return text;
    default:
      return undefined;
  }
}

/** The first day of a month like `2026-06`, for fields that stand for months. */
function parseMonth(field: FieldScreen, text: string): string | null {
  const month = text.replace(/\s*月$/, "");
  return field.options.precision === "month" ? parseDay(`${month}-1`) : null;
}

/** Whether values of the field stand on the right, in columns of figures. */
export function isNumeric(field: FieldScreen): boolean {
  return field.kind === "number" || field.kind === "money";
}
