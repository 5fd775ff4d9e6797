import { type Ref, ref, shallowRef } from "vue";
import { type DocumentEntry, listDocuments } from "@/api/design";
import { type DocumentKind, getDocument } from "@/api/documents";
import { mentions } from "@/form-designer/model/references";

const forms = ref<{ key: string; label: string }[]>([]);
const entries = shallowRef<DocumentEntry[]>([]);
let asked: Promise<DocumentEntry[]> | null = null;

function load(): Promise<DocumentEntry[]> {
  asked ??= listDocuments().then(
    (found) => {
      entries.value = found;
      forms.value = found
        .filter((one) => one.kind === "form" && one.revision > 0)
        .map(({ key, label }) => ({ key, label }));
      return found;
    },
    () => {
      asked = null;
      return [];
    },
  );
  return asked;
}

/** The published forms of the organisation, for links and buttons. */
export function useOtherForms(): Ref<{ key: string; label: string }[]> {
  void load();
  return forms;
}

/** The scripts of an app, for buttons. */
export function useScripts(app: string): Ref<{ key: string; label: string }[]> {
  const scripts = ref<{ key: string; label: string }[]>([]);
  void load().then((found) => {
    scripts.value = found.filter((one) => one.kind === "script" && one.app === app);
  });
  return scripts;
}

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
    const wanted = (await load()).filter(
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

/** Where a document is designed. */
export function designHref(kind: string, key: string): string {
  if (kind === "form") return `/design/forms/${encodeURIComponent(key)}`;
  if (kind === "flow") return `/design/flows/${encodeURIComponent(key)}`;
  return `/design/documents/${encodeURIComponent(kind)}/${encodeURIComponent(key)}`;
}
