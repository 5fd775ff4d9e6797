import { answer, api, type Schemas } from "./http";

/** Changes the reader's own name or password. */
export const changeOwnAccount = (change: Schemas["OwnChange"]): Promise<Schemas["SessionAnswer"]> =>
  answer(api.PATCH("/session", { body: change }));

/** Ends every session of the reader, this one included. */
export const signOutEverywhere = (): Promise<void> => answer(api.DELETE("/sessions"));
