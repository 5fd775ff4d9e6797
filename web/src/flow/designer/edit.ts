import type { StepKind } from "@/api/types";
import type { Localized } from "@/app/localized";
import type { Spot } from "@/flow/view/layout";
import {
  type FlowBranch,
  type FlowDocument,
  type FlowStep,
  ownerOf,
  type Part,
  partsOf,
} from "./document";
import { STEP_DESIGNS } from "./steps";

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
export function newStep(document: FlowDocument, kind: StepKind, label: Localized): FlowStep {
  const { stem, begin } = STEP_DESIGNS[kind];
  return { key: freeKey(document, stem ?? kind), label, kind, ...begin() };
}

/** A new branch with a condition to be filled in, or "otherwise" without one. */
export function newBranch(document: FlowDocument, label: Localized, when?: string): FlowBranch {
  const branch: FlowBranch = { key: freeKey(document, "branch"), label, steps: [] };
  return when === undefined ? branch : { ...branch, when };
}

/** Puts a step at a spot. */
export function addStep(document: FlowDocument, spot: Spot, step: FlowStep): FlowDocument {
  const next = copy(document);
  if (spot.branch === null) {
    next.steps.splice(spot.index, 0, step);
    return next;
  }
  const branch = partsOf(next).get(spot.branch)?.branch;
  if (branch) branch.steps = (branch.steps ?? []).toSpliced(spot.index, 0, step);
  return next;
}

/** Where a step goes that is added beside a part: behind a step, first in a branch, else last. */
export function spotAt(document: FlowDocument, key: string | null): Spot {
  const parts = partsOf(document);
  const part = key === null ? undefined : parts.get(key);
  if (!part || key === null) return { branch: null, index: document.steps.length };
  if (part.branch) return { branch: key, index: 0 };
  const place = part.pointer.slice(0, part.pointer.lastIndexOf("/steps/"));
  return {
    branch: place === "" ? null : ownerOf(parts, place),
    index: Number(part.pointer.slice(part.pointer.lastIndexOf("/") + 1)) + 1,
  };
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

/** A step or branch again, right behind itself, with keys that are free. */
export function copyPart(document: FlowDocument, key: string): FlowDocument {
  const part = partsOf(document).get(key);
  if (!part?.step) return document;
  const taken = new Set(partsOf(document).keys());
  const fresh = (base: string): string => {
    let found = base;
    for (let number = 2; taken.has(found); number += 1) found = `${base}_${number}`;
    taken.add(found);
    return found;
  };
  const step = structuredClone(part.step);
  const rename = (one: FlowStep): void => {
    one.key = fresh(one.key);
    for (const branch of one.branches ?? []) {
      branch.key = fresh(branch.key);
      (branch.steps ?? []).forEach(rename);
    }
  };
  rename(step);
  return addStep(document, spotAt(document, key), step);
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
