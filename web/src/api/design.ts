import type { DocumentCheck, DocumentDraft, DocumentKind } from "./documents";
import { path, send } from "./http";
import type { Problem } from "./problem";

/** A document in a list: published, drafted, or both. */
export interface DocumentEntry {
  kind: DocumentKind;
  key: string;
  app: string;
  label: string;
  /** 0 when it was never published. */
  revision: number;
  has_draft: boolean;
  updated_at: string;
}

/** What publishing would do, with what is worth knowing beforehand. */
export interface PublishPlan extends DocumentCheck {
  warnings?: Problem[];
}

/** A draft with when it was saved; none when it is the published document. */
export interface SavedDraft<T> extends DocumentDraft<T> {
  saved_at?: string | null;
}

/** A function of the formula language. */
export interface FunctionEntry {
  name: string;
  signature: string;
  category: string;
  summary: string;
}

export interface CheckedFormula {
  problems: Problem[];
  /** What it gives for the record that it was tried on. */
  value?: unknown;
  /** The paths that it reads. */
  references: string[];
}

export const listDocuments = (
  query: { app?: string; kind?: DocumentKind } = {},
): Promise<DocumentEntry[]> => send("GET", "/documents", { query });

/** A document as it was at a revision. */
export const getRevision = (
  kind: DocumentKind,
  key: string,
  revision: number,
): Promise<{ document: unknown; revision: number }> =>
  send("GET", path`/documents/${kind}/${key}/revisions/${String(revision)}`);

let functions: Promise<FunctionEntry[]> | null = null;

/** The functions of the formula language; fetched once a page. */
export function getFunctions(): Promise<FunctionEntry[]> {
  functions ??= send<FunctionEntry[]>("GET", "/functions").catch((error) => {
    functions = null;
    throw error;
  });
  return functions;
}

export const checkFormula = (
  body: { form: string; expression: string; record?: string },
  signal?: AbortSignal,
): Promise<CheckedFormula> => send("POST", "/formulas/check", { body, signal });
