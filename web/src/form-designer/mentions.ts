import type { DocumentEntry } from "@/api/design";
import { type DocumentKind, getDocument } from "@/api/documents";
import { loadEntries } from "@/document/others";
import { mentions } from "./model/references";

/** Kinds of documents that can speak of a form's fields. */
const SPEAKING: DocumentKind[] = ["form", "flow", "dashboard", "permission_group"];
const AT_ONCE = 4;

export interface OtherDocument {
  entry: DocumentEntry;
  document: unknown;
}

let documents: Promise<OtherDocument[]> | null = null;

/** The published documents of an app that may speak of other forms; fetched once a page. */
function loadDocuments(app: string): Promise<OtherDocument[]> {
  documents ??= (async () => {
    const wanted = (await loadEntries()).filter(
      (one) => one.app === app && one.revision > 0 && SPEAKING.includes(one.kind),
    );
    const found: OtherDocument[] = [];
    for (let at = 0; at < wanted.length; at += AT_ONCE) {
      const some = wanted.slice(at, at + AT_ONCE).map(async (entry) => {
        const answer = await getDocument<unknown>(entry.kind, entry.key).catch(() => null);
        if (answer) found.push({ entry, document: answer.document });
      });
      await Promise.all(some);
    }
    return found;
  })();
  return documents;
}

/** Which other documents of the app speak of a field of a form. */
export async function mentionedIn(
  app: string,
  form: string,
  path: string,
): Promise<DocumentEntry[]> {
  const all = await loadDocuments(app);
  return all
    .filter(({ entry }) => !(entry.kind === "form" && entry.key === form))
    .filter(({ document }) => mentions(document, form, path))
    .map(({ entry }) => entry);
}
