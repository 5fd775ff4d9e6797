import type { FieldScreen, Value, Values } from "@/api/types";

/** What every `Show.vue` takes. */
export interface ShowProps {
  field: FieldScreen;
  value: Value | undefined;
  /** One line of a table, as against a place of its own. */
  dense?: boolean;
}

/** What every `Edit.vue` takes; it emits `update:modelValue`. */
export interface EditProps {
  field: FieldScreen;
  modelValue: Value | undefined;
  /** The id of the control, which the label points to. */
  id: string;
  readOnly?: boolean;
  invalid?: boolean;
  /** The ids of help and problem. */
  describedBy?: string;
  /** In a table's cell: no border of its own. */
  cell?: boolean;
  /** The other values of the form or row, where what is offered depends on them. */
  values?: Values;
}

export interface EditEmits {
  "update:modelValue": [value: Value];
}

/** What every `Configure.vue` takes; it emits `update:options`. */
export interface ConfigureProps {
  options: Record<string, unknown>;
}

export interface ConfigureEmits {
  "update:options": [options: Record<string, unknown>];
}
