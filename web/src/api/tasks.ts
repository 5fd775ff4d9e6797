import { path, send } from "./http";
import type { ReturnTarget, Task, TaskScreen, Values } from "./types";

export type TaskList = "open" | "done" | "started" | "copied";

export interface TaskPage {
  tasks: Task[];
  next: string | null;
}

/** What is said and changed with a decision. */
export interface Decision {
  comment?: string;
  /** Of the record that was read; a change by somebody else since then is refused. */
  version?: number;
  /** The fields that were changed. */
  values?: Values;
}

export function listTasks(
  list: TaskList,
  page: { limit?: number; cursor?: string | null } = {},
  signal?: AbortSignal,
): Promise<TaskPage> {
  return send("GET", "/tasks", { query: { list, ...page }, signal });
}

export const getTask = (id: string, signal?: AbortSignal): Promise<TaskScreen> =>
  send("GET", path`/tasks/${id}`, { signal });

/** Agrees, or submits what was filled in. */
export const approveTask = (id: string, decision: Decision): Promise<void> =>
  send("POST", path`/tasks/${id}/approve`, { body: decision });

export const rejectTask = (id: string, decision: Decision): Promise<void> =>
  send("POST", path`/tasks/${id}/reject`, { body: decision });

export const returnTask = (id: string, target: ReturnTarget, decision: Decision): Promise<void> =>
  send("POST", path`/tasks/${id}/return`, { body: { ...decision, target } });

export const transferTask = (id: string, member: string, decision: Decision): Promise<void> =>
  send("POST", path`/tasks/${id}/transfer`, { body: { ...decision, member } });

/** Tells the shell that the number of open tasks may have changed. */
export function tasksChanged(): void {
  document.dispatchEvent(new Event("formwork:tasks"));
}
