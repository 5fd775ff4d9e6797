import { path, send } from "./http";
import type { Problem } from "./problem";

export type DocumentKind = "app" | "form" | "flow" | "dashboard" | "permission_group" | "script";

/** What a check says about a document that has not been published yet. */
export interface DocumentCheck {
  problems: Problem[];
  /** What is worth knowing and keeps nothing from being published. */
  warnings?: Problem[];
  /** What differs from the published revision. */
  changes: { kind: string; subject: string; message: string }[];
  /** What publishing does beyond that: to tables, to running instances. */
  operations: string[];
}

export interface DocumentDraft<T> {
  document: T;
  /** The revision that the draft began from. */
  based_on: number;
}

export const getDocument = <T>(
  kind: DocumentKind,
  key: string,
): Promise<{ document: T; revision: number }> => send("GET", path`/documents/${kind}/${key}`);

export const getDraft = <T>(kind: DocumentKind, key: string): Promise<DocumentDraft<T>> =>
  send("GET", path`/documents/${kind}/${key}/draft`);

export const putDraft = <T>(
  kind: DocumentKind,
  key: string,
  draft: DocumentDraft<T>,
): Promise<void> => send("PUT", path`/documents/${kind}/${key}/draft`, { body: draft });

export const deleteDraft = (kind: DocumentKind, key: string): Promise<void> =>
  send("DELETE", path`/documents/${kind}/${key}/draft`);

export const checkDocument = <T>(
  kind: DocumentKind,
  key: string,
  document: T,
  signal?: AbortSignal,
): Promise<DocumentCheck> =>
  send("POST", path`/documents/${kind}/${key}/check`, { body: { document }, signal });

export const publishDocument = <T>(
  kind: DocumentKind,
  key: string,
  draft: DocumentDraft<T>,
): Promise<{ revision: number }> =>
  send("POST", path`/documents/${kind}/${key}/publish`, { body: draft });
