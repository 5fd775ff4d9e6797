import { isLocked } from "@/api/records";
import type { FieldScreen, FormScreen, RecordValues } from "@/api/types";

/** Whether a cell can be changed where it stands; a record in a flow changes through it. */
export function canEdit(screen: FormScreen, field: FieldScreen, record: RecordValues): boolean {
  const own = screen.fields.some((one) => one.key === field.key);
  return (
    own &&
    screen.operations.includes("update") &&
    field.access === "edit" &&
    !field.computed &&
    field.cell_editing !== "none" &&
    record.flow_status !== "running" &&
    !isLocked(record.id, field.key)
  );
}

/** Whether choosing a value ends the editing of a cell, as against typing. */
export function endsWithChoice(field: FieldScreen): boolean {
  return field.cell_editing === "chosen";
}

/** A field as a cell edits it: options always drop down. */
export function cellField(field: FieldScreen): FieldScreen {
  return { ...field, options: { ...field.options, appearance: "select" } };
}
