import { computed, onBeforeUnmount, ref, shallowRef } from "vue";
import type { PublishPlan } from "@/api/design";
import {
  checkDocument,
  type DocumentKind,
  deleteDraft,
  publishDocument,
  putDraft,
} from "@/api/documents";
import { isAborted } from "@/api/problem";
import { t } from "@/app/i18n";
import { Autosave } from "../autosave";
import { advance, begin, redo, undo } from "../history";
import { parseJson } from "../json";
import type { Opening } from "../opening";

const CHECK_AFTER_MS = 500;

export const asText = (document: unknown): string => JSON.stringify(document, null, 2);

/** A document that is edited as text: what is right JSON is saved as a draft and checked. */
export function useDocument(kind: DocumentKind, key: string, opened: Opening<unknown>) {
  const history = shallowRef(begin(asText(opened.document)));
  const text = computed(() => history.value.present);
  const revision = ref(opened.revision);
  const basedOn = ref(opened.basedOn);
  const plan = shallowRef<PublishPlan | null>(null);
  const syntax = ref("");
  /** The last text that could be read. */
  const document = shallowRef(opened.document);
  let timer = 0;
  let running: AbortController | null = null;

  const autosave = new Autosave({
    savedAt: opened.savedAt,
    version: opened.version,
    save: (version) =>
      putDraft(kind, key, { document: document.value, based_on: basedOn.value, version }),
  });

  function type(next: string): void {
    history.value = advance(history.value, next, "text");
    read();
  }

  function step(to: "undo" | "redo"): void {
    const next = to === "undo" ? undo(history.value) : redo(history.value);
    if (next === history.value) return;
    history.value = next;
    read();
  }

  function read(): void {
    const parsed = parseJson(text.value);
    if ("line" in parsed) {
      syntax.value = t("designer.json_error", { line: parsed.line });
      return;
    }
    syntax.value = "";
    document.value = parsed.value;
    autosave.touch();
    clearTimeout(timer);
    timer = window.setTimeout(() => void check(), CHECK_AFTER_MS);
  }

  async function check(): Promise<void> {
    running?.abort();
    const own = new AbortController();
    running = own;
    try {
      const found = await checkDocument(kind, key, document.value, own.signal);
      if (!own.signal.aborted) plan.value = found;
    } catch (error) {
      if (!isAborted(error)) plan.value = null;
    }
  }

  async function publish(): Promise<number> {
    await autosave.settle();
    const draft = { document: document.value, based_on: basedOn.value };
    const answer = await publishDocument(kind, key, draft);
    settleOn(answer.revision);
    return answer.revision;
  }

  /** Throws the draft away and goes on with what is published. */
  async function discard(theirs: unknown, at: number): Promise<void> {
    await autosave.settle();
    await deleteDraft(kind, key, autosave.version);
    history.value = advance(history.value, asText(theirs));
    document.value = theirs;
    settleOn(at);
  }

  function settleOn(at: number): void {
    revision.value = at;
    basedOn.value = at;
    syntax.value = "";
    autosave.rest();
    void check();
  }

  /** Keeps what is written here over what somebody else has published meanwhile. */
  function keepOver(at: number): void {
    revision.value = at;
    basedOn.value = at;
    autosave.touch();
    void check();
  }

  function onLeave(event: BeforeUnloadEvent): void {
    if (autosave.isPending) event.preventDefault();
  }
  window.addEventListener("beforeunload", onLeave);
  onBeforeUnmount(() => window.removeEventListener("beforeunload", onLeave));
  void check();

  return {
    text,
    document,
    revision,
    basedOn,
    plan,
    syntax,
    autosave,
    canUndo: computed(() => history.value.past.length > 0),
    canRedo: computed(() => history.value.future.length > 0),
    type,
    undo: () => step("undo"),
    redo: () => step("redo"),
    check,
    publish,
    discard,
    keepOver,
  };
}
