import { columnsOf, type FormDocument } from "@/document/form/document";
import { type FieldPath, pathOf } from "@/document/form/place";

export type Tab = "form" | "rules" | "views" | "buttons" | "document";

/** What of the designer a problem belongs to. */
export interface Target {
  tab: Tab;
  /** The field, where it is one. */
  path?: FieldPath;
  /** The section, rule, view or button, where it is one. */
  at?: number;
  /** The property at fault, such as `formula` or `options/form`. */
  part: string;
}

/** Finds the place that a JSON pointer into the document means. */
export function targetOf(form: FormDocument, pointer: string): Target {
  const [list, index = "", ...rest] = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const at = Number.parseInt(index, 10);
  switch (list) {
    case "fields":
      return fieldTarget(form, at, rest);
    case "sections":
      return { tab: "form", at, part: "section" };
    case "rules":
    case "views":
    case "buttons":
      return { tab: list, at, part: rest.join("/") };
    case "label":
    case "title":
    case "icon":
      return { tab: "form", part: list };
    case undefined:
      return { tab: "form", part: "" };
    default:
      return { tab: "document", part: list };
  }
}

function fieldTarget(form: FormDocument, at: number, rest: string[]): Target {
  const field = form.fields[at];
  if (!field) return { tab: "form", part: "" };
  if (rest[0] === "options" && rest[1] === "fields" && rest[2] !== undefined) {
    const column = columnsOf(field)[Number.parseInt(rest[2], 10)];
    if (column) {
      return { tab: "form", path: pathOf(field.key, column.key), part: rest.slice(3).join("/") };
    }
  }
  return { tab: "form", path: field.key, part: rest.join("/") };
}
