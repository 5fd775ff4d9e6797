import { answer, api, type Operations, type Schemas } from "./http";
import type { ReturnTarget, TaskScreen, Values } from "./types";

export type TaskList = NonNullable<
  NonNullable<Operations["/tasks"]["get"]["parameters"]["query"]>["list"]
>;

export type TaskPage = Schemas["TaskPage"];

/** What is said with a decision. */
export interface Decision {
  comment?: string;
  /** Of the record that was read; a change by somebody else since then is refused. */
  version: number;
}

/** Only who agrees changes the record. */
export interface Approval extends Decision {
  /** The fields that were changed. */
  values?: Values;
}

const at = (id: string) => ({ path: { id } });

export const listTasks = (
  list: TaskList,
  page: { limit?: number; cursor?: string | null } = {},
  signal?: AbortSignal,
): Promise<TaskPage> => {
  const query = { list, limit: page.limit, cursor: page.cursor ?? undefined };
  return answer(api.GET("/tasks", { params: { query }, signal }));
};

export const getTask = (id: string, signal?: AbortSignal): Promise<TaskScreen> =>
  answer(api.GET("/tasks/{id}", { params: at(id), signal })) as Promise<TaskScreen>;

/** Agrees, or submits what was filled in. */
export const approveTask = (id: string, decision: Approval): Promise<void> =>
  answer(api.POST("/tasks/{id}/approve", { params: at(id), body: decision }));

export const rejectTask = (id: string, decision: Decision): Promise<void> =>
  answer(api.POST("/tasks/{id}/reject", { params: at(id), body: decision }));

export const returnTask = (id: string, target: ReturnTarget, decision: Decision): Promise<void> =>
  answer(api.POST("/tasks/{id}/return", { params: at(id), body: { ...decision, target } }));

export const transferTask = (id: string, member: string, decision: Decision): Promise<void> =>
  answer(api.POST("/tasks/{id}/transfer", { params: at(id), body: { ...decision, member } }));

/** Tells the shell that the number of open tasks may have changed. */
export function tasksChanged(): void {
  document.dispatchEvent(new Event("formwork:tasks"));
}
