import { computed, onBeforeUnmount, ref, shallowRef } from "vue";
import type { PublishPlan, SavedDraft } from "../../api/design";
import {
  checkDocument,
  type DocumentKind,
  deleteDraft,
  getDocument,
  getDraft,
  publishDocument,
  putDraft,
} from "../../api/documents";
import { ApiError, isAborted } from "../../api/problem";
import { Autosave } from "../../design/autosave";
import { parseJson } from "../../form-designer/model/json";
import { t } from "../../i18n";

const CHECK_AFTER_MS = 500;

interface Opened {
  text: string;
  published: unknown;
  revision: number;
  basedOn: number;
  savedAt: string | null;
}

export const asText = (document: unknown): string => JSON.stringify(document, null, 2);

/** Loads a document's draft, or what is published; with `revision` one that was. */
export async function openDocument(kind: DocumentKind, key: string): Promise<Opened> {
  const none = (error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  };
  const [draft, published] = await Promise.all([
    (getDraft<unknown>(kind, key) as Promise<SavedDraft<unknown>>).catch(none),
    getDocument<unknown>(kind, key).catch(none),
  ]);
  if (!draft && !published) throw new ApiError(404, {});
  return {
    text: asText(draft?.document ?? published?.document),
    published: published?.document ?? null,
    revision: published?.revision ?? 0,
    basedOn: draft?.based_on ?? published?.revision ?? 0,
    savedAt: draft?.saved_at ?? null,
  };
}

/** A document that is edited as text: what is right JSON is saved as a draft and checked. */
export function useDocument(kind: DocumentKind, key: string, opened: Opened) {
  const text = ref(opened.text);
  const revision = ref(opened.revision);
  const basedOn = ref(opened.basedOn);
  const plan = shallowRef<PublishPlan | null>(null);
  const syntax = ref("");
  let document: unknown = JSON.parse(opened.text);
  let published = opened.published;
  let timer = 0;
  let running: AbortController | null = null;

  const autosave = new Autosave({
    savedAt: opened.savedAt,
    save: () => putDraft(kind, key, { document, based_on: basedOn.value }),
  });

  function type(next: string): void {
    text.value = next;
    const parsed = parseJson(next);
    if ("line" in parsed) {
      syntax.value = t("designer.json_error", { line: parsed.line });
      return;
    }
    syntax.value = "";
    document = parsed.value;
    autosave.touch();
    clearTimeout(timer);
    timer = window.setTimeout(() => void check(), CHECK_AFTER_MS);
  }

  async function check(): Promise<void> {
    running?.abort();
    const own = new AbortController();
    running = own;
    try {
      const found = await checkDocument(kind, key, document, own.signal);
      if (!own.signal.aborted) plan.value = found;
    } catch (error) {
      if (!isAborted(error)) plan.value = null;
    }
  }

  async function publish(): Promise<number> {
    await autosave.settle();
    const answer = await publishDocument(kind, key, { document, based_on: basedOn.value });
    settleOn(document, answer.revision);
    return answer.revision;
  }

  /** Goes back to what is published. */
  async function discard(): Promise<void> {
    await autosave.settle();
    await deleteDraft(kind, key);
    const found = await getDocument<unknown>(kind, key);
    text.value = asText(found.document);
    document = found.document;
    settleOn(found.document, found.revision);
  }

  function settleOn(now: unknown, at: number): void {
    published = now;
    revision.value = at;
    basedOn.value = at;
    syntax.value = "";
    autosave.rest();
    void check();
  }

  /** Keeps what is written here over what somebody else has published meanwhile. */
  async function keepOver(): Promise<void> {
    const found = await getDocument<unknown>(kind, key);
    published = found.document;
    revision.value = found.revision;
    basedOn.value = found.revision;
    autosave.touch();
    await check();
  }

  function onLeave(event: BeforeUnloadEvent): void {
    if (autosave.isPending) event.preventDefault();
  }
  window.addEventListener("beforeunload", onLeave);
  onBeforeUnmount(() => window.removeEventListener("beforeunload", onLeave));
  void check();

  return {
    text,
    revision,
    basedOn,
    plan,
    syntax,
    autosave,
    problems: computed(() => plan.value?.problems ?? []),
    warnings: computed(() => plan.value?.warnings ?? []),
    type,
    check,
    publish,
    discard,
    keepOver,
    publishedText: () => asText(published),
  };
}
