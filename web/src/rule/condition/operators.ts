import type { FieldScreen, Operator } from "@/api/types";

type Vocabulary =
  | "text"
  | "long_text"
  | "number"
  | "boolean"
  | "day"
  | "list"
  | "reference"
  | "rows";

/** What the kinds store decides how they are compared; `crates/model/src/kind` has the same. */
const OPERATORS: Record<Vocabulary, Operator[]> = {
  text: ["contains", "not_contains", "eq", "ne", "starts_with", "empty", "not_empty"],
  long_text: ["contains", "not_contains", "empty", "not_empty"],
  number: ["eq", "ne", "gt", "gte", "lt", "lte", "between", "empty", "not_empty"],
  boolean: ["eq", "empty", "not_empty"],
  day: ["in_period", "eq", "gte", "lte", "between", "empty", "not_empty"],
  list: ["has_any", "has_all", "empty", "not_empty"],
  reference: ["in", "not_in", "empty", "not_empty"],
  rows: ["empty", "not_empty"],
};

function vocabularyOf(field: FieldScreen): Vocabulary {
  switch (field.kind) {
    case "number":
    case "money":
      return "number";
    case "boolean":
      return "boolean";
    case "date":
    case "datetime":
      return "day";
    case "choices":
    case "members":
    case "departments":
      return "list";
    case "choice":
    case "member":
    case "department":
    case "link":
      return "reference";
    case "long_text":
      return "long_text";
    case "subform":
      return "rows";
    default:
      return "text";
  }
}

/** The operators that are offered for a field, the usual one first. */
export function operatorsOf(field: FieldScreen): Operator[] {
  return OPERATORS[vocabularyOf(field)];
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
  const several = { choice: "choices", member: "members", department: "departments" } as const;
  const many = operandOf(operator) === "many";
  const kind =
    many && field.kind in several ? several[field.kind as keyof typeof several] : field.kind;
  if (field.kind === "serial") return { ...field, kind: "text", options: {}, access: "edit" };
  const options = { ...field.options, appearance: "select" as const };
  return { ...field, kind, options, required: false, computed: false, access: "edit", help: null };
}
