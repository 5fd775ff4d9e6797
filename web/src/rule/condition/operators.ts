import type { FieldScreen, Operator } from "@/api/types";
import { PLAIN_KIND } from "@/field/plain";

/**
 * The operators that are offered for a field, the usual one first: those of the server without
 * those that say the same as another, or for which there is no control.
 */
export function operatorsOf(field: FieldScreen): Operator[] {
  const isName = field.operators.includes("in") && field.shape !== "plain";
  const left = new Set<Operator>(isName ? ["eq", "ne"] : ["in", "not_in"]);
  if (field.storage === "boolean") left.add("ne");
  return field.operators.filter((operator) => !left.has(operator));
}

/** Whether values are days or moments, which have words of their own: not “greater” but “after”. */
export function isDayLike(field: FieldScreen): boolean {
  return field.storage === "date" || field.storage === "instant";
}

/** What an operator is compared with. */
export type Operand = "none" | "one" | "many" | "range" | "period";

export function operandOf(operator: Operator): Operand {
  switch (operator) {
    case "empty":
    case "not_empty":
      return "none";
    case "in":
    case "not_in":
    case "has_any":
    case "has_all":
      return "many";
    case "between":
      return "range";
    case "in_period":
      return "period";
    default:
      return "one";
  }
}

/** The periods that are offered by name, the usual ones first. */
export const PERIODS = [
  "today",
  "this_week",
  "this_month",
  "this_quarter",
  "this_year",
  "yesterday",
  "last_week",
  "last_month",
  "last_quarter",
  "last_year",
  "tomorrow",
  "next_week",
  "next_month",
  "next_quarter",
  "next_year",
] as const;

/** A field as a filter edits its values: several where the operator takes several. */
export function operandField(field: FieldScreen, operator: Operator): FieldScreen {
  if (field.shape === "serial") {
    return { ...field, kind: PLAIN_KIND, options: {}, access: "edit" };
  }
  const many = operandOf(operator) === "many";
  const kind = (many && field.several) || field.kind;
  const options = { ...field.options, appearance: "select" as const };
  return { ...field, kind, options, required: false, computed: false, access: "edit", help: null };
}
