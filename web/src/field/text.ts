import type { Directory, FieldScreen, Value } from "@/api/types";
import { t } from "@/app/i18n";
import { kindOf } from "./registry";

/** A value as plain text: for titles, lines of meta, sentences and the clipboard. */
export function plainText(
  field: FieldScreen,
  value: Value | undefined,
  directory: Directory | null = null,
): string {
  if (value === null || value === undefined || value === "") return "";
  const { plain } = kindOf(field.kind);
  if (typeof value === "boolean") return t(value ? "ui.yes" : "ui.no");
  if (Array.isArray(value)) {
    if (field.shape === "rows") return t("field.rows", { n: value.length });
    return value.map((one) => plain(String(one), field, directory)).join(t("ui.list_separator"));
  }
  if (typeof value === "object") return value.title || value.id;
  return plain(String(value), field, directory);
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
  return text.trim() === "" ? null : kindOf(field.kind).paste(text, field, directory);
}

/** Whether values of the field stand on the right, in columns of figures. */
export function isNumeric(field: Pick<FieldScreen, "figure">): boolean {
  return field.figure !== null && field.figure !== "mark";
}
