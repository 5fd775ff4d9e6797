import type { StepKind } from "@/api/types";

/** How a kind of step is shown while an instance runs through it. */
export interface StepLook {
  icon: string;
  /** One of the eight colours. */
  tone: string;
  /** Said in the place of people, of kinds that nobody acts at: a text of `instance`. */
  alone?: (mode: string | undefined) => string;
  /** Its people are told and do nothing: they stand in one line. */
  tells?: boolean;
}

/** Every kind of step, one line each. */
export const STEPS: Record<StepKind, StepLook> = {
  approve: { icon: "circle-check", tone: "c1" },
  fill: { icon: "square-pen", tone: "c2" },
  copy_to: { icon: "send", tone: "c6", tells: true },
  branch: { icon: "split", tone: "c5", alone: (mode) => `instance.branch_mode.${mode ?? "first"}` },
  act: { icon: "zap", tone: "c3", alone: () => "instance.automatic" },
};
