import { ApiError, readProblem } from "./problem";

export type QueryValue = string | number | boolean | null | undefined;

export interface Sending {
  query?: Record<string, QueryValue>;
  body?: unknown;
  signal?: AbortSignal;
  /** The sender has no session yet, so a 401 is an answer like any other. */
  anonymous?: boolean;
}

type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

const ROOT = "/api/v1";
const leaving = new Set<() => void>();

/** Calls back before an expired session leads to sign-in, to save what was typed. */
export function beforeSignIn(save: () => void): () => void {
  leaving.add(save);
  return () => leaving.delete(save);
}

/** A path with its parts escaped: `` path`/forms/${form}/records/${id}` ``. */
export function path(parts: TemplateStringsArray, ...values: string[]): string {
  return String.raw({ raw: parts }, ...values.map(encodeURIComponent));
}

/**
 * Sends a request to the API and reads its JSON answer.
 *
 * Throws an [`ApiError`] for a refusal and for a server that cannot be reached (status 0).
 * An expired session leads to sign-in and back here.
 */
export async function send<T>(method: Method, to: string, sending: Sending = {}): Promise<T> {
  const response = await attempt(method, to, sending);
  if (response.status === 401 && !sending.anonymous) {
    signIn();
    throw await readProblem(response);
  }
  if (!response.ok) throw await readProblem(response);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

async function attempt(method: Method, to: string, sending: Sending): Promise<Response> {
  const { query, body, signal } = sending;
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  try {
    return await fetch(ROOT + to + queryText(query), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, { code: "unreachable" });
  }
}

function queryText(query: Record<string, QueryValue> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text && `?${text}`;
}

/** Leaves for sign-in; afterwards the reader is back where they were. */
export function signIn(): void {
  for (const save of leaving) save();
  const here = location.pathname + location.search;
  location.assign(`/sign-in?ended=true&return=${encodeURIComponent(here)}`);
}
