import type { DocumentCheck, DocumentKind, VersionedDraft } from "./documents";
import { answer, api, type Schemas } from "./http";
import type { Evaluation, Values } from "./types";

/** A document in a list: published, drafted, or both. */
export type DocumentEntry = Schemas["DocumentLine"];

/** What publishing would do, with what is worth knowing beforehand. */
export type PublishPlan = DocumentCheck;

/** A draft with when it was saved; none when it is the published document. */
export interface SavedDraft<T> extends VersionedDraft<T> {
  saved_at?: string | null;
}

/** A function of the formula language. */
export type FunctionEntry = Schemas["FunctionLine"];

export type CheckedFormula = Schemas["CheckedFormula"];

export const listDocuments = (
  query: { app?: string; kind?: DocumentKind } = {},
): Promise<DocumentEntry[]> => answer(api.GET("/documents", { params: { query } }));

/** A document as it was at a revision. */
export const getRevision = (
  kind: DocumentKind,
  key: string,
  revision: number,
): Promise<{ document: unknown; revision: number }> =>
  answer(
    api.GET("/documents/{kind}/{key}/revisions/{revision}", {
      params: { path: { kind, key, revision } },
    }),
  );

/** Where published documents use a document, or a field of a form (`amount`, `lines.amount`). */
export const documentUses = (
  kind: DocumentKind,
  key: string,
  field?: string,
): Promise<Schemas["DocumentUse"][]> =>
  answer(
    api.GET("/documents/{kind}/{key}/uses", { params: { path: { kind, key }, query: { field } } }),
  );

let functions: Promise<FunctionEntry[]> | null = null;

/** The functions of the formula language; fetched once a page. */
export function getFunctions(): Promise<FunctionEntry[]> {
  functions ??= answer(api.GET("/functions")).catch((error) => {
    functions = null;
    throw error;
  });
  return functions;
}

/** Evaluates what is typed into a form that is still a draft; nothing is stored. */
export const evaluateDraft = (
  key: string,
  body: { document: unknown; values: Values; changed: string[] },
  signal?: AbortSignal,
): Promise<Evaluation> =>
  answer(
    api.POST("/documents/form/{key}/evaluate", {
      params: { path: { key } },
      body: body as Schemas["OnDraft"],
      signal,
    }),
  ) as Promise<Evaluation>;

export const checkFormula = (
  body: Schemas["FormulaToCheck"],
  signal?: AbortSignal,
): Promise<CheckedFormula> => answer(api.POST("/formulas/check", { body, signal }));
