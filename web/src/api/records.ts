import { noteList } from "./beside";
import { answer, api, type Schemas } from "./http";
import type {
  ButtonResult,
  Comment,
  Evaluation,
  Filter,
  FormScreen,
  HistoryEvent,
  Instance,
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

const of = (form: string) => ({ path: { form } });

const at = (form: string, id: string) => ({ path: { form, id } });

/** A form as the reader may use it; with a task of theirs, as its step shows it. */
export const getForm = (form: string, task?: string): Promise<FormScreen> => {
  const params = { ...of(form), query: { task } };
  return answer(api.GET("/forms/{form}", { params })) as Promise<FormScreen>;
};

export function listRecords(
  form: string,
  query: RecordQuery,
  signal?: AbortSignal,
): Promise<RecordPage> {
  const { view, filter, sort, q, fields, limit, cursor, count } = query;
  const params = {
    ...of(form),
    query: {
      view,
      filter: filter ? JSON.stringify(filter) : undefined,
      sort: sort ? sortText(sort) : undefined,
      q,
      fields: fields?.join(","),
      limit,
      cursor: cursor ?? undefined,
      count: count ? true : undefined,
    },
  };
  const page = answer(api.GET("/forms/{form}/records", { params, signal })) as Promise<RecordPage>;
  return page.then(noteList);
}

export const getRecord = (form: string, id: string, signal?: AbortSignal): Promise<RecordScreen> =>
  answer(
    api.GET("/forms/{form}/records/{id}", { params: at(form, id), signal }),
  ) as Promise<RecordScreen>;

export const createRecord = (form: string, values: Values, draft = false): Promise<RecordValues> =>
  answer(
    api.POST("/forms/{form}/records", { params: of(form), body: { values, draft } }),
  ) as Promise<RecordValues>;

export const updateRecord = (
  form: string,
  id: string,
  version: number,
  values: Values,
): Promise<RecordValues> =>
  answer(
    api.PATCH("/forms/{form}/records/{id}", { params: at(form, id), body: { version, values } }),
  ) as Promise<RecordValues>;

export const deleteRecord = (form: string, id: string, version: number): Promise<void> =>
  answer(
    api.DELETE("/forms/{form}/records/{id}", { params: { ...at(form, id), query: { version } } }),
  );

export const submitRecord = (
  form: string,
  id: string,
  version: number,
  values?: Values,
): Promise<unknown> =>
  answer(
    api.POST("/forms/{form}/records/{id}/submit", {
      params: at(form, id),
      body: { version, values },
    }),
  );

export const withdrawRecord = (form: string, id: string, comment?: string): Promise<unknown> =>
  answer(
    api.POST("/forms/{form}/records/{id}/withdraw", { params: at(form, id), body: { comment } }),
  );

export const getHistory = (form: string, id: string): Promise<{ events: HistoryEvent[] }> =>
  answer(api.GET("/forms/{form}/records/{id}/history", { params: at(form, id) })) as Promise<{
    events: HistoryEvent[];
  }>;

export const getComments = (form: string, id: string): Promise<{ comments: Comment[] }> =>
  answer(api.GET("/forms/{form}/records/{id}/comments", { params: at(form, id) }));

export const addComment = (
  form: string,
  id: string,
  text: string,
): Promise<{ comments: Comment[] }> =>
  answer(api.POST("/forms/{form}/records/{id}/comments", { params: at(form, id), body: { text } }));

export const getInstance = (form: string, id: string): Promise<Instance> =>
  answer(
    api.GET("/forms/{form}/records/{id}/instance", { params: at(form, id) }),
  ) as Promise<Instance>;

export const pressButton = (
  form: string,
  id: string,
  button: string,
  body: { version?: number; values?: Values },
): Promise<ButtonResult> =>
  answer(
    api.POST("/forms/{form}/records/{id}/buttons/{key}", {
      params: { path: { form, id, key: button } },
      body,
    }),
  ) as Promise<ButtonResult>;

export const evaluate = (
  form: string,
  body: { record?: string; task?: string; values: Values; changed: string[] },
  signal?: AbortSignal,
): Promise<Evaluation> =>
  answer(
    api.POST("/forms/{form}/evaluate", { params: of(form), body, signal }),
  ) as Promise<Evaluation>;

export const aggregate = (
  form: string,
  body: Schemas["Aggregation"],
  signal?: AbortSignal,
): Promise<{ rows: Values[] }> =>
  answer(api.POST("/forms/{form}/aggregate", { params: of(form), body, signal })) as Promise<{
    rows: Values[];
  }>;
