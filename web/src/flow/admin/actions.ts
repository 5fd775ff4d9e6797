import { memberName } from "@/api/directory";
import {
  type Ending,
  endInstance,
  jumpTo,
  reassignTask,
  resumeInstance,
  type SteppedIn,
} from "@/api/instances";
import type { Directory, Instance, InstanceStep } from "@/api/types";

/** How an admin of a flow steps in. */
export type StepIn = "resume" | "reassign" | "jump" | "end";

export const STEP_IN_ICONS: Record<StepIn, string> = {
  resume: "rotate-cw",
  reassign: "arrow-right-left",
  jump: "milestone",
  end: "circle-stop",
};

/** Where a record's instance is. */
export interface InstancePlace {
  form: string;
  record: string;
}

/** What has been chosen so far. */
export interface StepInDraft {
  task: string;
  member: string[];
  step: string | null;
  how: Ending | null;
  comment: string;
}

/** An open task, by the step and the person it waits for. */
export interface OpenTask {
  key: string;
  step: string;
  member: string;
}

const OVER: Instance["state"][] = ["completed", "rejected", "withdrawn", "cancelled"];

/** Whether an instance has come to its end; it can be stuck all the same, in writing the end down. */
export function isOver(state: Instance["state"]): boolean {
  return OVER.includes(state);
}

/** What an admin can do now. Of an instance that cannot be read, null, only the end is left. */
export function stepInsOf(instance: Instance | null): StepIn[] {
  if (!instance) return ["end"];
  const found: StepIn[] = [];
  if (instance.stuck) found.push("resume");
  if (openTasks(instance).length > 0) found.push("reassign");
  if (!isOver(instance.state)) found.push("jump");
  if (!isOver(instance.state) || instance.stuck) found.push("end");
  return found;
}

/** The open tasks, step by step. */
export function openTasks(instance: Instance): OpenTask[] {
  return allSteps(instance.steps).flatMap((step) =>
    step.people.flatMap(({ task, member }) =>
      task ? [{ key: task, step: step.label, member }] : [],
    ),
  );
}

/** The words of an open task: `财务审核 · 白静`. */
export function taskLabel(task: OpenTask, directory: Directory | null): string {
  return `${task.step} · ${memberName(directory, task.member)}`;
}

export function allSteps(steps: InstanceStep[]): InstanceStep[] {
  return steps.flatMap((step) => [
    step,
    ...(step.branches ?? []).flatMap((branch) => allSteps(branch.steps)),
  ]);
}

/** The step where an instance stands or stopped. */
export function stepAtHand(instance: Instance): InstanceStep | null {
  const steps = allSteps(instance.steps);
  const at = (state: InstanceStep["state"]) => steps.findLast((step) => step.state === state);
  return at("stuck") ?? at("current") ?? null;
}

/** What is still missing before it can be sent: a key of `instance.admin.missing`. */
export function missingOf(action: StepIn, draft: StepInDraft): string | null {
  if (action === "reassign" && draft.task === "") return "task";
  if (action === "reassign" && draft.member.length === 0) return "member";
  if (action === "jump" && draft.step === null) return "step";
  if (action === "end" && draft.how === null) return "how";
  return draft.comment.trim() === "" ? "reason" : null;
}

export function sendStepIn(
  { form, record }: InstancePlace,
  action: StepIn,
  draft: StepInDraft,
): Promise<SteppedIn> {
  const comment = draft.comment.trim();
  switch (action) {
    case "reassign":
      return reassignTask(form, record, {
        task: draft.task,
        member: draft.member[0] ?? "",
        comment,
      });
    case "jump":
      return jumpTo(form, record, { step: draft.step ?? "", comment });
    case "end":
      return endInstance(form, record, { how: draft.how ?? "cancelled", comment });
    case "resume":
      return resumeInstance(form, record, { comment });
  }
}
