import { type Ref, ref, shallowRef } from "vue";
import { type DocumentEntry, listDocuments } from "@/api/design";

const forms = ref<{ key: string; label: string }[]>([]);
const entries = shallowRef<DocumentEntry[]>([]);
let asked: Promise<DocumentEntry[]> | null = null;

/** Every document of the organisation; asked for once a page. */
export function loadEntries(): Promise<DocumentEntry[]> {
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
  void loadEntries();
  return forms;
}

/** The scripts of an app, for buttons. */
export function useScripts(app: string): Ref<{ key: string; label: string }[]> {
  const scripts = ref<{ key: string; label: string }[]>([]);
  void loadEntries().then((found) => {
    scripts.value = found.filter((one) => one.kind === "script" && one.app === app);
  });
  return scripts;
}

/** Where a document is designed. */
export function designHref(kind: string, key: string): string {
  if (kind === "form") return `/design/forms/${encodeURIComponent(key)}`;
  if (kind === "flow") return `/design/flows/${encodeURIComponent(key)}`;
  return `/design/documents/${encodeURIComponent(kind)}/${encodeURIComponent(key)}`;
}
