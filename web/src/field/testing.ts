import type { FieldScreen, FieldTraits, Operator } from "@/api/types";

/** For tests: kinds as the server describes them. */
const OPERATORS: Record<FieldTraits["storage"] | "name", Operator[]> = {
  text: [
    "contains",
    "not_contains",
    "eq",
    "ne",
    "starts_with",
    "in",
    "not_in",
    "empty",
    "not_empty",
  ],
  name: ["in", "not_in", "eq", "ne", "empty", "not_empty"],
  number: ["eq", "ne", "gt", "gte", "lt", "lte", "between", "in", "not_in", "empty", "not_empty"],
  boolean: ["eq", "ne", "empty", "not_empty"],
  date: ["in_period", "eq", "ne", "gt", "gte", "lt", "lte", "between", "empty", "not_empty"],
  instant: ["in_period", "eq", "ne", "gt", "gte", "lt", "lte", "between", "empty", "not_empty"],
  list: ["has_any", "has_all", "empty", "not_empty"],
  rows: ["empty", "not_empty"],
};

function traits(
  shape: FieldTraits["shape"],
  storage: FieldTraits["storage"],
  more: Partial<FieldTraits> = {},
): FieldTraits {
  const isName = storage === "text" && shape !== "plain" && shape !== "serial";
  return {
    shape,
    storage,
    figure: storage === "number" ? "plain" : null,
    operators: OPERATORS[isName ? "name" : storage],
    sortable: storage !== "list" && storage !== "rows",
    groupable: isName && shape !== "link",
    aggregates: ["count"],
    cell_editing: "typed",
    long: false,
    several: null,
    ...more,
  };
}

const TRAITS: Record<string, FieldTraits> = {
  text: traits("plain", "text"),
  long_text: traits("plain", "text", {
    operators: ["contains", "not_contains", "empty", "not_empty"],
    cell_editing: "none",
    long: true,
  }),
  number: traits("plain", "number"),
  money: traits("plain", "number", { figure: "amount" }),
  date: traits("plain", "date", { cell_editing: "chosen" }),
  datetime: traits("plain", "instant", { cell_editing: "none" }),
  choice: traits("choice", "text", { cell_editing: "chosen", several: "choices" }),
  choices: traits("choice", "list", { cell_editing: "none" }),
  boolean: traits("plain", "boolean", { cell_editing: "chosen" }),
  member: traits("member", "text", { cell_editing: "chosen", several: "members" }),
  members: traits("member", "list", { cell_editing: "none" }),
  department: traits("department", "text", { cell_editing: "chosen", several: "departments" }),
  departments: traits("department", "list", { cell_editing: "none" }),
  link: traits("link", "text", { cell_editing: "none" }),
  subform: traits("rows", "rows", { cell_editing: "none" }),
  serial: traits("serial", "text", { cell_editing: "none" }),
};

export const VOCABULARY = Object.entries(TRAITS).map(([key, found]) => ({ key, ...found }));

/** A field as the server describes it. */
export function fieldLike(kind: string, more: Partial<FieldScreen> = {}): FieldScreen {
  const found = TRAITS[kind] as FieldTraits;
  const share = more.options?.percent ? { figure: "share" as const } : {};
  return {
    key: "f",
    kind,
    label: "F",
    required: false,
    computed: false,
    access: "edit",
    options: {},
    ...found,
    ...share,
    ...more,
  };
}
