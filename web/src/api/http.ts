import createClient from "openapi-fetch";
import { ApiError, readProblem } from "./problem";
import type { components, paths } from "./schema.d";

/** The schemas that the server's OpenAPI document names. */
export type Schemas = components["schemas"];

const ROOT = "/api/v1";

/** The operations, by path below the root. */
export type Operations = {
  [P in keyof paths as P extends `${typeof ROOT}${infer Path}` ? Path : never]: paths[P];
};

const leaving = new Set<() => void>();

/** Calls back before an expired session leads to sign-in, to save what was typed. */
export function beforeSignIn(save: () => void): () => void {
  leaving.add(save);
  return () => leaving.delete(save);
}

/**
 * The API, as its document describes it: paths, queries, bodies and answers are typed.
 *
 * Rejects with an [`ApiError`] for a refusal and for a server that cannot be reached (status 0).
 * An expired session leads to sign-in and back here.
 */
export const api = createClient<Operations>({
  baseUrl: ROOT,
  headers: { accept: "application/json" },
  querySerializer: queryText,
  fetch: sendAsMember,
});

/** What a request of [`api`] answers. */
export async function answer<T>(sent: Promise<{ data?: T }>): Promise<T> {
  // A refusal has rejected before it comes to this.
  return (await sent).data as T;
}

async function sendAsMember(request: Request): Promise<Response> {
  const response = await attempt(request);
  if (response.status === 401) signIn();
  return accepted(response);
}

/** Sends where there is no session yet, so that a 401 is a refusal like any other. */
export async function sendAsAnybody(request: Request): Promise<Response> {
  return accepted(await attempt(request));
}

async function accepted(response: Response): Promise<Response> {
  if (!response.ok) throw await readProblem(response);
  return response;
}

async function attempt(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new ApiError(0, { code: "unreachable" });
  }
}

/** Leaves out what is not asked for. */
function queryText(query: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }
  return search.toString();
}

/** Leaves for sign-in; afterwards the reader is back where they were. */
export function signIn(): void {
  for (const save of leaving) save();
  const here = location.pathname + location.search;
  location.assign(`/sign-in?ended=true&return=${encodeURIComponent(here)}`);
}
