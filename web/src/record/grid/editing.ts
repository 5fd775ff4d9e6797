import { isLocked, lockMessage } from "@/api/beside";
import type { FieldScreen, FormScreen, RecordValues } from "@/api/types";
import { type Why, whyText } from "@/field/why";

/** Why a cell cannot be changed, whoever asks and wherever; null when it can. */
function whyNot(screen: FormScreen, field: FieldScreen, record: RecordValues): Why | null {
  if (field.computed) return "computed";
  if (field.shape === "serial") return "serial";
  if (!screen.fields.some((one) => one.key === field.key)) return "system";
  if (!screen.operations.includes("update")) return "right";
  if (record.flow_status === "running") return "approval";
  if (field.access !== "edit") return "read";
  return isLocked(record.id, field.key) ? "rule" : null;
}

/** The same in words; null for a cell that can be changed, here or in its record. */
export function lockText(
  screen: FormScreen,
  field: FieldScreen,
  record: RecordValues,
): string | null {
  const why = whyNot(screen, field, record);
  return why && whyText(why, lockMessage(record.id, field.key));
}

/** Whether a cell can be changed where it stands; a record in a flow changes through it. */
export function canEdit(screen: FormScreen, field: FieldScreen, record: RecordValues): boolean {
  return field.cell_editing !== "none" && whyNot(screen, field, record) === null;
}

/** Whether choosing a value ends the editing of a cell, as against typing. */
export function endsWithChoice(field: FieldScreen): boolean {
  return field.cell_editing === "chosen";
}

/** A field as a cell edits it: options always drop down. */
export function cellField(field: FieldScreen): FieldScreen {
  return { ...field, options: { ...field.options, appearance: "select" } };
}
