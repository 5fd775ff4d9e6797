import type { StepKind } from "@/api/types";
import { STEP_DESIGNS, type StepGroup } from "./steps";

const GROUPS: StepGroup[] = ["people", "way", "automatic"];

/** The kinds of steps, in the order and groups in which they are offered. */
export const PALETTE: { key: string; kinds: StepKind[] }[] = GROUPS.map((key) => ({
  key,
  kinds: (Object.keys(STEP_DESIGNS) as StepKind[]).filter(
    (kind) => STEP_DESIGNS[kind].group === key,
  ),
}));

/** What a dragged kind of step is known by. */
const DRAGGED = "application/x-formwork-step";

export function dragStep(event: DragEvent, kind: StepKind): void {
  event.dataTransfer?.setData(DRAGGED, kind);
}

/** Whether a step is dragged, rather than something else. */
export function isStepDragged(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes(DRAGGED) ?? false;
}

export function droppedStep(event: DragEvent): StepKind | null {
  const kind = event.dataTransfer?.getData(DRAGGED);
  return PALETTE.flatMap((group) => group.kinds).find((one) => one === kind) ?? null;
}
