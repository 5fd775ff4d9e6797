import type { FieldScreen } from "@/api/types";
import { traitsOf } from "@/field/vocabulary";

/** What a condition answers, to show the value of a trial. */
export function yesOrNo(): FieldScreen {
  return {
    key: "condition",
    kind: "boolean",
    label: "",
    required: false,
    computed: true,
    access: "read",
    options: {},
    ...traitsOf("boolean"),
  };
}
