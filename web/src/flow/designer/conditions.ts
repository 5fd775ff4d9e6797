import type { FieldScreen } from "@/api/types";

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
  };
}
