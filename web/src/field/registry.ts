import type { Component } from "vue";
import type { KindKey } from "../api/types";

/** What draws the fields of one kind. */
export interface KindView {
  /** Icon of the kind, for heads of columns and palettes. */
  icon: string;
  /** Shows a value: props `field`, `value`, `dense`. */
  show: Component;
  /** Edits a value: props as `EditProps` in `props.ts`, emits `update:modelValue`. */
  edit: Component;
  /** Sets the kind's options in the form designer: props `options`, emits `update:options`. */
  configure: () => Promise<Component>;
}
