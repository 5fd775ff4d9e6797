import {
  type Approval,
  approveTask,
  type Decision,
  rejectTask,
  returnTask,
  transferTask,
} from "@/api/tasks";
import type { ReturnTarget, TaskAction } from "@/api/types";

/** What has been chosen and said so far. */
export interface DecisionDraft {
  comment: string;
  target: ReturnTarget | null;
  member: string | null;
}

/** What is still missing before a decision can be sent: a key of `task.missing`. */
export function missing(action: TaskAction, draft: DecisionDraft): string | null {
  if (action === "return" && draft.target === null) return "target";
  if (action === "transfer" && !draft.member) return "member";
  const needsReason = action === "reject" || action === "return";
  return needsReason && draft.comment.trim() === "" ? "reason" : null;
}

/** Sends a decision; `changes` are the version that was seen and the fields that were edited,
 *  which are saved only with an agreement. */
export async function sendDecision(
  task: string,
  action: TaskAction,
  draft: DecisionDraft,
  { version, values }: Pick<Approval, "version" | "values">,
): Promise<void> {
  const decision: Decision = { version, comment: draft.comment.trim() || undefined };
  switch (action) {
    case "approve":
      return approveTask(task, { ...decision, ...(values && { values }) });
    case "reject":
      return rejectTask(task, decision);
    case "return":
      if (draft.target !== null) await returnTask(task, draft.target, decision);
      return;
    case "transfer":
      if (draft.member) await transferTask(task, draft.member, decision);
  }
}

/** The task that is opened after one was done: the next in the queue, else the one before. */
export function nextTask(queue: { id: string }[], done: string): string | null {
  const at = queue.findIndex((task) => task.id === done);
  const next = queue[at + 1] ?? queue[at - 1];
  return next && next.id !== done ? next.id : null;
}
