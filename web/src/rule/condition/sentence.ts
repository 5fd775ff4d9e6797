import type { Condition, Directory, FieldScreen, Filter, Value } from "@/api/types";
import { hasText, t } from "@/app/i18n";
import { plainText } from "@/field/text";
import { isCondition } from "./filter";
import { isDayLike, operandOf } from "./operators";

/** What a sentence about a filter needs to know. */
export interface Telling {
  field: (key: string) => FieldScreen | undefined;
  directory: Directory | null;
  /** Titles of records that conditions name by id. */
  titles?: ReadonlyMap<string, string>;
}

/** A condition in words: what is looked at and how, and in strong letters with what. */
export interface Sentence {
  /** `归属部门是`, `Owner is` */
  before: string;
  /** `华东大区`; empty for conditions that compare with nothing. */
  object: string;
}

/** A part of a filter in words, as it stands on a chip. */
export function sentenceOf(filter: Filter, telling: Telling): Sentence {
  if (isCondition(filter)) return conditionSentence(filter, telling);
  if ("not" in filter && isCondition(filter.not) && filter.not.op === "in_period") {
    const { object } = conditionSentence(filter.not, telling);
    const label = telling.field(filter.not.field)?.label ?? filter.not.field;
    return { before: t("grid.says.not_in_period", { field: label }), object };
  }
  return { before: "", object: clause(filter, telling) };
}

function conditionSentence(condition: Condition, telling: Telling): Sentence {
  const field = telling.field(condition.field);
  const label = field?.label ?? condition.field;
  const says = `grid.says.${operatorText(condition, field)}`;
  // An address may say anything.
  if (!hasText(says)) return { before: t("grid.says_unknown", { field: label }), object: "" };
  const before = t(says, { field: label });
  if (operandOf(condition.op) === "none") return { before, object: "" };
  return { before, object: objectText(condition, field, telling) };
}

/** Days have words of their own: not “greater” but “after”. One of one is simply “is”. */
function operatorText({ op, value }: Condition, field: FieldScreen | undefined): string {
  const isDay = field !== undefined && isDayLike(field);
  if (isDay && ["gt", "gte", "lt", "lte"].includes(op)) return `${op}_day`;
  const single = Array.isArray(value) && value.length === 1;
  if (op === "in" && single) return "eq";
  if (op === "not_in" && single) return "ne";
  return op;
}

function objectText(
  { op, value }: Condition,
  field: FieldScreen | undefined,
  telling: Telling,
): string {
  if (op === "in_period") return periodText(value);
  if (op === "between" && Array.isArray(value)) {
    const [from, to] = value.map((one) => (one === null ? "…" : valueText(one, field, telling)));
    return t("grid.range", { from: from ?? "…", to: to ?? "…" });
  }
  if (Array.isArray(value)) {
    const separator = op === "has_all" ? t("ui.list_separator") : t("grid.or");
    return value.map((one) => valueText(one, field, telling)).join(separator);
  }
  return valueText(value, field, telling);
}

function valueText(value: unknown, field: FieldScreen | undefined, telling: Telling): string {
  if (typeof value === "object" && value !== null && "var" in value) {
    return t(`grid.var.${String(value.var)}`);
  }
  if (field?.shape === "link" && typeof value === "string") {
    return telling.titles?.get(value) ?? t("grid.a_record");
  }
  if (!field) return String(value ?? "");
  return plainText(field, value as Value, telling.directory);
}

/** A period in words: `未来 90 天内`, `this month`. */
export function periodText(period: unknown): string {
  if (typeof period === "string") return t(`grid.period.${period}`);
  if (typeof period !== "object" || period === null) return "";
  if ("last_days" in period) return t("grid.period.last_days", { n: String(period.last_days) });
  if ("next_days" in period) return t("grid.period.next_days", { n: String(period.next_days) });
  const { from, to } = period as { from?: string; to?: string };
  return t("grid.range", { from: from ?? "…", to: to ?? "…" });
}

function clause(filter: Filter, telling: Telling): string {
  if (isCondition(filter)) {
    const { before, object } = conditionSentence(filter, telling);
    return [before, object].filter(Boolean).join(t("grid.space"));
  }
  if ("not" in filter) return t("grid.not", { text: clause(filter.not, telling) });
  const [parts, separator] =
    "all" in filter ? [filter.all, t("grid.and")] : [filter.any, t("grid.or")];
  const clauses = parts.map((part) => {
    const text = clause(part, telling);
    return isCondition(part) || "not" in part ? text : t("grid.group", { text });
  });
  return clauses.join(separator);
}
