import { path, send } from "./http";
import type {
  ButtonResult,
  Comment,
  Evaluation,
  Filter,
  FormScreen,
  HistoryEvent,
  Process,
  RecordPage,
  RecordScreen,
  RecordValues,
  Sort,
  Values,
} from "./types";

export interface RecordQuery {
  view?: string;
  filter?: Filter | null;
  sort?: Sort[];
  q?: string;
  fields?: string[];
  limit?: number;
  cursor?: string | null;
  count?: boolean;
}

/** `-amount,name` for the API and for the page's address. */
export function sortText(sort: Sort[]): string {
  return sort.map(({ field, descending }) => (descending ? `-${field}` : field)).join(",");
}

/** Reads what [`sortText`] wrote. */
export function parseSort(text: string): Sort[] {
  const parts = text.split(",").filter(Boolean);
  return parts.map((part) => {
    const descending = part.startsWith("-");
    return { field: descending ? part.slice(1) : part, descending };
  });
}

export const getForm = (form: string): Promise<FormScreen> => send("GET", path`/forms/${form}`);

export function listRecords(
  form: string,
  query: RecordQuery,
  signal?: AbortSignal,
): Promise<RecordPage> {
  const { view, filter, sort, q, fields, limit, cursor, count } = query;
  return send("GET", path`/forms/${form}/records`, {
    signal,
    query: {
      view,
      filter: filter ? JSON.stringify(filter) : undefined,
      sort: sort ? sortText(sort) : undefined,
      q,
      fields: fields?.join(","),
      limit,
      cursor,
      count: count ? true : undefined,
    },
  });
}

export const getRecord = (form: string, id: string, signal?: AbortSignal): Promise<RecordScreen> =>
  send("GET", path`/forms/${form}/records/${id}`, { signal });

export const createRecord = (form: string, values: Values, draft = false): Promise<RecordValues> =>
  send<RecordValues | { record: RecordValues }>("POST", path`/forms/${form}/records`, {
    body: { values, draft },
  }).then(record);

export const updateRecord = (
  form: string,
  id: string,
  version: number,
  values: Values,
): Promise<RecordValues> =>
  send<RecordValues | { record: RecordValues }>("PATCH", path`/forms/${form}/records/${id}`, {
    body: { version, values },
  }).then(record);

export const deleteRecord = (form: string, id: string, version: number): Promise<void> =>
  send("DELETE", path`/forms/${form}/records/${id}`, { query: { version } });

export const submitRecord = (
  form: string,
  id: string,
  version: number,
  values?: Values,
): Promise<unknown> =>
  send("POST", path`/forms/${form}/records/${id}/submit`, { body: { version, values } });

export const withdrawRecord = (form: string, id: string, comment?: string): Promise<unknown> =>
  send("POST", path`/forms/${form}/records/${id}/withdraw`, { body: { comment } });

export const getHistory = (form: string, id: string): Promise<{ events: HistoryEvent[] }> =>
  send("GET", path`/forms/${form}/records/${id}/history`);

export const getComments = (form: string, id: string): Promise<{ comments: Comment[] }> =>
  send("GET", path`/forms/${form}/records/${id}/comments`);

export const addComment = (
  form: string,
  id: string,
  text: string,
): Promise<{ comments: Comment[] }> =>
  send("POST", path`/forms/${form}/records/${id}/comments`, { body: { text } });

export const getProcess = (form: string, id: string): Promise<Process> =>
  send("GET", path`/forms/${form}/records/${id}/process`);

export const pressButton = (
  form: string,
  id: string,
  button: string,
  body: { version?: number; values?: Values },
): Promise<ButtonResult> =>
  send("POST", path`/forms/${form}/records/${id}/buttons/${button}`, { body });

export const evaluate = (
  form: string,
  body: { record?: string; task?: string; values: Values; changed: string[] },
  signal?: AbortSignal,
): Promise<Evaluation> => send("POST", path`/forms/${form}/evaluate`, { body, signal });

export const aggregate = (
  form: string,
  body: {
    filter: Filter | null;
    dimensions: { field: string; bucket?: string }[];
    measures: { key: string; aggregate: string; field?: string }[];
  },
  signal?: AbortSignal,
): Promise<{ rows: Values[] }> => send("POST", path`/forms/${form}/aggregate`, { body, signal });

function record(answer: RecordValues | { record: RecordValues }): RecordValues {
  return isWrapped(answer) ? answer.record : answer;
}

function isWrapped(
  answer: RecordValues | { record: RecordValues },
): answer is { record: RecordValues } {
  return typeof answer.record === "object" && answer.record !== null && "id" in answer.record;
}
