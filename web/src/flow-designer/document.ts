import type { Approver, ApproverMode, StepKind } from "../api/types";

/** A label: one text, or one for each language. */
export type Label = string | Record<string, string>;

export interface StepFields {
  editable?: string[];
  required?: string[];
  hidden?: string[];
}

export type OptionalAction = "reject" | "return" | "transfer";

/** A step of a flow's document. Which of the optional parts it has is its kind's. */
export interface FlowStep {
  key: string;
  label: Label;
  kind: StepKind;
  assignees?: Approver[];
  /** Of steps with tasks whose decisions are needed; of branchings which branches are taken. */
  mode?: ApproverMode | "first" | "every";
  when_nobody?: "admins" | "skip" | "refuse";
  actions?: OptionalAction[];
  fields?: StepFields;
  skip_repeated?: boolean;
  to?: Approver[];
  branches?: FlowBranch[];
  effects?: Record<string, unknown>[];
}

export interface FlowBranch {
  key: string;
  label: Label;
  when?: string;
  steps?: FlowStep[];
}

export interface FlowDocument {
  key: string;
  app: string;
  form: string;
  label: Label;
  steps: FlowStep[];
  on_rejected?: Record<string, string>;
}

/** What a step may do when the document does not say. */
export const EVERY_ACTION: OptionalAction[] = ["reject", "return", "transfer"];

/** A label in a language, or in any other. */
export function labelText(label: Label | undefined, locale: string): string {
  if (label === undefined) return "";
  if (typeof label === "string") return label;
  return label[locale] ?? label["zh-CN"] ?? Object.values(label)[0] ?? "";
}

/** A label with the text of one language changed; a plain text stays one. */
export function withLabel(label: Label | undefined, locale: string, text: string): Label {
  return typeof label === "object" ? { ...label, [locale]: text } : text;
}

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
