import { type InjectionKey, inject, type Ref } from "vue";
import type { FieldScreen } from "@/api/types";
import type { FormDocument } from "@/document/form/document";

/** What the formulas of a designer are about: the form whose fields they name. */
export interface FormulaPlace {
  form: Ref<FormDocument>;
  /** Its published revision, 0 for none; formulas are tried on records of a published form. */
  revision: Ref<number>;
  /** The fields that every form has. */
  system: FieldScreen[];
  locale: string;
  /** The form as it stands here, where that is not what is published. */
  draft?: () => FormDocument;
}

export const FORMULAS: InjectionKey<FormulaPlace> = Symbol("formulas");

/** The form that formulas here are about. */
export function useFormulaPlace(): FormulaPlace {
  const found = inject(FORMULAS);
  if (!found) throw new Error("no form for formulas around this component");
  return found;
}
