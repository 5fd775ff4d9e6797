import { answer, api, type Schemas } from "./http";

/** A process that waits for an admin of its flow. */
export type InNeed = Schemas["InNeed"];

/** How an admin ends a process. */
export type Ending = Schemas["EndAs"]["how"];

const at = (form: string, id: string) => ({ path: { form, id } });

/** The processes that wait for the reader as an admin of their flow. */
export const listAttention = (): Promise<InNeed[]> =>
  answer(api.GET("/processes/attention")).then(({ processes }) => processes);

export const reassignTask = (
  form: string,
  id: string,
  body: Schemas["Reassignment"],
): Promise<void> =>
  answer(api.POST("/forms/{form}/records/{id}/process/reassign", { params: at(form, id), body }));

export const jumpTo = (form: string, id: string, body: Schemas["JumpTo"]): Promise<void> =>
  answer(api.POST("/forms/{form}/records/{id}/process/jump", { params: at(form, id), body }));

export const endProcess = (form: string, id: string, body: Schemas["EndAs"]): Promise<void> =>
  answer(api.POST("/forms/{form}/records/{id}/process/end", { params: at(form, id), body }));

export const resumeProcess = (
  form: string,
  id: string,
  body: Schemas["Resumption"],
): Promise<void> =>
  answer(api.POST("/forms/{form}/records/{id}/process/resume", { params: at(form, id), body }));
