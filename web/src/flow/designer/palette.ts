import type { StepKind } from "@/api/types";

/** The kinds of steps, in the order and groups in which they are offered. */
export const PALETTE: { key: string; kinds: StepKind[] }[] = [
  { key: "people", kinds: ["approve", "fill", "copy_to"] },
  { key: "way", kinds: ["branch"] },
  { key: "automatic", kinds: ["act"] },
];

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
