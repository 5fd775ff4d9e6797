import { answer, api, type Schemas } from "./http";

/** The reader's first page. */
export type Workbench = Schemas["Workbench"];

export const getWorkbench = (signal?: AbortSignal): Promise<Workbench> =>
  answer(api.GET("/workbench", { signal }));
