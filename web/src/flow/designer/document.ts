import type { Approver, ApproverMode, StepKind } from "@/api/types";
import type { Localized } from "@/app/localized";

export interface StepFields {
  editable?: string[];
  required?: string[];
  hidden?: string[];
  /** Fields, or `subform.column`, that are shown even where permission groups hide them. */
  reveals?: string[];
}

export type OptionalAction = "reject" | "return" | "transfer";

export const TRANSFERS = ["peers", "anyone"] as const;
export type TransferTo = (typeof TRANSFERS)[number];

/** A step of a flow's document. Which of the optional parts it has is its kind's. */
export interface FlowStep {
  key: string;
  label: Localized;
  kind: StepKind;
  assignees?: Approver[];
  /** Of steps with tasks whose decisions are needed; of branchings which branches are taken. */
  mode?: ApproverMode | "first" | "every";
  when_nobody?: "admins" | "skip" | "refuse";
  actions?: OptionalAction[];
  fields?: StepFields;
  skip_repeated?: boolean;
  /** Whom a task may be handed on to; `peers` when absent. */
  transfer_to?: TransferTo;
  to?: Approver[];
  branches?: FlowBranch[];
  effects?: Effect[];
}

/** Fields, and the expression that each is set to. */
export type Setting = Record<string, string>;

export interface CreateEffect {
  form: string;
  set: Setting;
  /** A subform: one record for each of its rows. */
  for_each?: string;
  when?: string;
}

export interface UpdateEffect {
  /** A link field; none is the record itself. */
  link?: string;
  set: Setting;
  when?: string;
}

/** A change of records by the flow itself. */
export type Effect = { create: CreateEffect } | { update: UpdateEffect };

/** The ends of an instance, other than its completion, at which fields can be set. */
export const ENDINGS = ["on_rejected", "on_returned", "on_withdrawn"] as const;
export type Ending = (typeof ENDINGS)[number];

export interface FlowBranch {
  key: string;
  label: Localized;
  when?: string;
  steps?: FlowStep[];
}

/** Who steps in beside the organisation's admins. */
export interface FlowAdmins {
  members?: string[];
  roles?: string[];
}

/** What happens when the condition of a passed branch says otherwise; the first when absent. */
export const WHEN_FACTS_CHANGE = ["return_to_branch", "stop", "ignore"] as const;
export type WhenFactsChange = (typeof WHEN_FACTS_CHANGE)[number];

export interface FlowDocument {
  key: string;
  app: string;
  form: string;
  label: Localized;
  steps: FlowStep[];
  on_rejected?: Setting;
  on_returned?: Setting;
  on_withdrawn?: Setting;
  admins?: FlowAdmins;
  when_facts_change?: WhenFactsChange;
}

/** What a step may do when the document does not say. */
export const EVERY_ACTION: OptionalAction[] = ["reject", "return", "transfer"];

/** A step or branch with where it stands. */
export interface Part {
  pointer: string;
  depth: number;
  step?: FlowStep;
  branch?: FlowBranch;
}

/** Every step and branch by key, outer before inner, in document order. */
export function partsOf(document: FlowDocument): Map<string, Part> {
  const parts = new Map<string, Part>();
  const visit = (steps: unknown, pointer: string, depth: number): void => {
    for (const [index, step] of listOf<FlowStep>(steps).entries()) {
      const here = `${pointer}/${index}`;
      if (typeof step?.key !== "string") continue;
      parts.set(step.key, { pointer: here, depth, step });
      for (const [at, branch] of listOf<FlowBranch>(step.branches).entries()) {
        const place = `${here}/branches/${at}`;
        if (typeof branch?.key !== "string") continue;
        parts.set(branch.key, { pointer: place, depth: depth + 1, branch });
        visit(branch.steps, `${place}/steps`, depth + 1);
      }
    }
  };
  visit(document.steps, "/steps", 0);
  return parts;
}

/** The innermost step or branch that a pointer leads into. */
export function ownerOf(parts: Map<string, Part>, pointer: string): string | null {
  let owner: string | null = null;
  let longest = -1;
  for (const [key, part] of parts) {
    const inside = pointer === part.pointer || pointer.startsWith(`${part.pointer}/`);
    if (inside && part.pointer.length > longest) {
      owner = key;
      longest = part.pointer.length;
    }
  }
  return owner;
}

/** A list, whatever somebody has typed in its place. */
export function listOf<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

/** Whether a value is shaped enough like a flow to be drawn. */
export function isFlow(value: unknown): value is FlowDocument {
  return (
    typeof value === "object" && value !== null && Array.isArray((value as FlowDocument).steps)
  );
}
