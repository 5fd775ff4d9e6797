import { type InjectionKey, inject } from "vue";
import type { FieldScreen, FieldState, Value } from "@/api/types";

/** What fields and cells ask of the form that they stand in. Paths as in the evaluation. */
export interface FormContext {
  /** What the rules make of a field, column or cell; `undefined` where they say nothing. */
  state: (path: string) => FieldState | undefined;
  /** What is wrong at a path. */
  problem: (path: string) => string | undefined;
  /** Why a formula has no value at a path. */
  failure: (path: string) => string | undefined;
  /** Whether a place may be typed into now. */
  readOnly: (field: FieldScreen, path: string) => boolean;
  /** Why a place that others may type into is closed now, in words; null where it is open. */
  lock: (field: FieldScreen, path: string) => string | null;
  /** Sets a value and has the form evaluated. */
  set: (path: string, value: Value) => void;
}

export const FORM: InjectionKey<FormContext> = Symbol("form");

const ALONE: FormContext = {
  state: () => undefined,
  problem: () => undefined,
  failure: () => undefined,
  readOnly: (field) => field.computed || field.access === "read",
  lock: () => null,
  set: () => undefined,
};

/** The form around a component; outside of one, everything follows from the field alone. */
export function useForm(): FormContext {
  return inject(FORM, ALONE);
}
