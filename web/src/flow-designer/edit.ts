import type { StepKind } from "../api/types";
import { type FlowBranch, type FlowDocument, type FlowStep, type Part, partsOf } from "./document";

// Changes of a flow's document. Each gives a new document; the old one stays as it was.

const copy = (document: FlowDocument): FlowDocument => structuredClone(document);

/** A key that the document does not have yet: `approve`, `approve_2`, … */
export function freeKey(document: FlowDocument, base: string): string {
  const taken = partsOf(document);
  for (let number = 1; ; number += 1) {
    const key = number === 1 ? base : `${base}_${number}`;
    if (!taken.has(key)) return key;
  }
}

/** A new step of a kind; `label` names it. */
export function newStep(document: FlowDocument, kind: StepKind, label: string): FlowStep {
  const key = freeKey(document, kind === "copy_to" ? "copy" : kind);
  const step = { key, label, kind };
  switch (kind) {
    case "approve":
      return { ...step, assignees: [{ starter_head: 0 }] };
    case "fill":
      return { ...step, assignees: [{ starter: true }], fields: { editable: [] } };
    case "copy_to":
      return { ...step, to: [{ starter: true }] };
    case "branch":
      return { ...step, branches: [] };
    case "act":
      return { ...step, effects: [{ update: { set: {} } }] };
  }
}

/** A new branch with a condition to be filled in, or "otherwise" without one. */
export function newBranch(document: FlowDocument, label: string, when?: string): FlowBranch {
  const branch: FlowBranch = { key: freeKey(document, "branch"), label, steps: [] };
  return when === undefined ? branch : { ...branch, when };
}

/**
 * Adds a step after another one, at the beginning of a branch, or at the end of the flow,
 * depending on what `after` names.
 */
export function addStep(
  document: FlowDocument,
  after: string | null,
  step: FlowStep,
): FlowDocument {
  const next = copy(document);
  const parts = partsOf(next);
  const part = after === null ? undefined : parts.get(after);
  if (part?.branch) {
    part.branch.steps = [step, ...(part.branch.steps ?? [])];
  } else if (part) {
    const { sequence, index } = placeOf(next, part);
    sequence.splice(index + 1, 0, step);
  } else {
    next.steps.push(step);
  }
  return next;
}

/** Takes a step or branch out, with all that it holds. */
export function removePart(document: FlowDocument, key: string): FlowDocument {
  const next = copy(document);
  const part = partsOf(next).get(key);
  if (part) {
    const { sequence, index } = placeOf(next, part);
    sequence.splice(index, 1);
  }
  return next;
}

/** Moves a step or branch among its siblings. */
export function movePart(document: FlowDocument, key: string, by: -1 | 1): FlowDocument {
  const next = copy(document);
  const part = partsOf(next).get(key);
  if (!part) return next;
  const { sequence, index } = placeOf(next, part);
  const [moved] = sequence.splice(index, 1);
  if (moved) sequence.splice(Math.max(0, index + by), 0, moved);
  return next;
}

/** Changes a step or branch; parts that are set to undefined go. */
export function changePart(
  document: FlowDocument,
  key: string,
  change: Partial<FlowStep & FlowBranch>,
): FlowDocument {
  const next = copy(document);
  const part = partsOf(next).get(key);
  const target = (part?.step ?? part?.branch) as Record<string, unknown> | undefined;
  if (!target) return next;
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) delete target[name];
    else target[name] = value;
  }
  return next;
}

/** The list that a step or branch stands in, and where. */
function placeOf(document: FlowDocument, part: Part): { sequence: unknown[]; index: number } {
  const steps = part.pointer.split("/").slice(1);
  const index = Number(steps.pop());
  const sequence = steps.reduce<unknown>(
    (at, step) => (at as Record<string, unknown>)[step],
    document,
  );
  return { sequence: sequence as unknown[], index };
}
