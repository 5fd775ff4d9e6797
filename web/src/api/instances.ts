import { answer, api, type Schemas } from "./http";

/** An instance that waits for an admin of its flow. */
export type InNeed = Schemas["InNeed"];

/** What came of stepping in. */
export type SteppedIn = Schemas["SteppedIn"];

/** How an admin ends an instance. */
export type Ending = Schemas["EndAs"]["how"];

const at = (form: string, id: string) => ({ path: { form, id } });

/** The instances that wait for the reader as an admin of their flow. */
export const listAttention = (): Promise<InNeed[]> =>
  answer(api.GET("/instances/attention")).then(({ instances }) => instances);

export const reassignTask = (
  form: string,
  id: string,
  body: Schemas["Reassignment"],
): Promise<SteppedIn> =>
  answer(api.POST("/forms/{form}/records/{id}/instance/reassign", { params: at(form, id), body }));

export const jumpTo = (form: string, id: string, body: Schemas["JumpTo"]): Promise<SteppedIn> =>
  answer(api.POST("/forms/{form}/records/{id}/instance/jump", { params: at(form, id), body }));

export const endInstance = (form: string, id: string, body: Schemas["EndAs"]): Promise<SteppedIn> =>
  answer(api.POST("/forms/{form}/records/{id}/instance/end", { params: at(form, id), body }));

export const resumeInstance = (
  form: string,
  id: string,
  body: Schemas["Resumption"],
): Promise<SteppedIn> =>
  answer(api.POST("/forms/{form}/records/{id}/instance/resume", { params: at(form, id), body }));
