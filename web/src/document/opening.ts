import type { SavedDraft } from "@/api/design";
import { type DocumentKind, getDocument, getDraft, type Work } from "@/api/documents";
import { ApiError } from "@/api/problem";

/** What a designer opens with: a draft, or what is published. */
export interface Opening<T> {
  document: T;
  /** The published document; null for one that never was. */
  published: T | null;
  /** The published revision, 0 for none. */
  revision: number;
  /** The revision that the draft began from. */
  basedOn: number;
  /** The version of the draft; 0 when there is none. */
  version: number;
  /** When the draft was saved; null when there is none. */
  savedAt: string | null;
  /** What is still done in the background for what is published. */
  work: Work[];
}

/** A document's draft and what is published; null when there is neither. */
export async function openDraft<T>(kind: DocumentKind, key: string): Promise<Opening<T> | null> {
  const [draft, published] = await Promise.all([
    orNone(getDraft<T>(kind, key) as Promise<SavedDraft<T>>),
    orNone(getDocument<T>(kind, key)),
  ]);
  const document = draft?.document ?? published?.document;
  if (document === undefined) return null;
  return {
    document,
    published: published?.document ?? null,
    revision: published?.revision ?? 0,
    basedOn: draft?.based_on ?? published?.revision ?? 0,
    version: draft?.version ?? 0,
    savedAt: draft?.saved_at ?? null,
    work: published?.work ?? [],
  };
}

/** What is not there is no failure here: a document may be a draft only, or new. */
async function orNone<T>(asking: Promise<T>): Promise<T | null> {
  try {
    return await asking;
  } catch (failure) {
    if (failure instanceof ApiError && failure.status === 404) return null;
    throw failure;
  }
}
