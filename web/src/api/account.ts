import { answer, api, type Schemas } from "./http";

/** Who is signed in. */
export const getSession = (): Promise<Schemas["SessionAnswer"]> => answer(api.GET("/session"));

/** Changes the reader's own name or password. */
export const changeOwnAccount = (change: Schemas["OwnChange"]): Promise<Schemas["SessionAnswer"]> =>
  answer(api.PATCH("/session", { body: change }));

/** Ends every session of the reader, this one included. */
export const signOutEverywhere = (): Promise<void> => answer(api.DELETE("/sessions"));
