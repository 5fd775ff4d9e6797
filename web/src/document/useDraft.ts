import { computed, onBeforeUnmount, ref, type ShallowRef, shallowRef } from "vue";
import {
  checkDocument,
  type DocumentCheck,
  type DocumentKind,
  deleteDraft,
  publishDocument,
  putDraft,
} from "@/api/documents";
import { beforeSignIn } from "@/api/http";
import { isAborted } from "@/api/problem";
import { t } from "@/app/i18n";
import { notify } from "@/app/notify";
import { Autosave } from "./autosave";
import { advance, begin, redo, undo } from "./history";
import { useDesignerKeys } from "./keys";
import { eachMember } from "./members";
import { type Opening, openDraft } from "./opening";
import { usePreparing } from "./usePreparing";

const CHECK_AFTER_MS = 400;

/** What a designer edits: `State` is what its history holds, the document or its text. */
export interface Drafting<State, Document> {
  kind: DocumentKind;
  key: string;
  opening: Opening<Document>;
  write: (document: Document) => State;
  /** The document in a state; null while it cannot be read: then it is neither checked nor kept. */
  read: (state: State) => Document | null;
  /** Why a state cannot be read, in words. */
  broken?: (state: State) => string;
  /** After every change of the document that could be read. */
  changed?: () => void;
  /** After the draft was saved. */
  saved?: () => void;
}

/**
 * A document that is designed: its history, its draft on the server, what the server finds wrong
 * with it, publishing it, and going on beside somebody else who has published meanwhile. Undo,
 * redo and save have their keys; leaving the page asks while something is not saved.
 */
export function useDraft<State, Document>(drafting: Drafting<State, Document>) {
  const { kind, key, opening } = drafting;
  const history = shallowRef(begin(drafting.write(opening.document)));
  const state = computed(() => history.value.present);
  /** The last document that could be read. */
  const document = shallowRef(opening.document) as ShallowRef<Document>;
  const published = shallowRef(opening.published) as ShallowRef<Document | null>;
  const revision = ref(opening.revision);
  const basedOn = ref(opening.basedOn);
  const plan = shallowRef<DocumentCheck | null>(null);

  /** Why what was typed last can be neither checked nor kept; empty where it can. */
  const broken = ref("");

  const autosave = new Autosave({
    savedAt: opening.savedAt,
    version: opening.version,
    save: async (version) => {
      const saved = await putDraft(kind, key, { ...draft(), version });
      drafting.saved?.();
      return saved;
    },
  });

  const draft = () => ({ document: document.value, based_on: basedOn.value });

  /** Goes on to a changed state. Edits of the same `thing` without a pause are undone as one. */
  function apply(next: State, thing: string | null = null): void {
    go(advance(history.value, next, thing));
  }

  function go(next: typeof history.value): void {
    if (next === history.value) return;
    history.value = next;
    const read = drafting.read(next.present);
    broken.value = read === null ? (drafting.broken?.(next.present) ?? "") : "";
    if (read === null) return;
    document.value = read;
    drafting.changed?.();
    autosave.touch();
    scheduleCheck();
  }

  let timer = 0;
  let checking: AbortController | null = null;

  function scheduleCheck(): void {
    clearTimeout(timer);
    timer = window.setTimeout(() => void check(), CHECK_AFTER_MS);
  }

  async function check(): Promise<void> {
    clearTimeout(timer);
    checking?.abort();
    const own = new AbortController();
    checking = own;
    try {
      const found = await checkDocument(kind, key, document.value, own.signal);
      if (!own.signal.aborted) {
        const problems = found.problems.flatMap(eachMember);
        plan.value = { ...found, problems };
      }
    } catch (error) {
      // The next change checks again; an unreachable server shows in the state of the draft.
      if (!isAborted(error)) plan.value = null;
    }
  }

  /** Publishes, at once or when the values are converted: until then the draft stays one. */
  async function publish(
    acceptUnconverted = false,
  ): Promise<{ revision: number; preparing: boolean }> {
    await autosave.settle();
    const sent = draft();
    const answer = await publishDocument(kind, key, sent, acceptUnconverted);
    if (answer.preparing) {
      await autosave.flush();
      await look();
    } else {
      settleOn(sent.document, answer.revision);
      await check();
    }
    return answer;
  }

  const { preparing, look } = usePreparing<Document>({ kind, key, work: opening.work }, prepared);

  /** A publish has come into force, or was given up; the server has put its draft away, unless it was changed meanwhile. */
  async function prepared(theirs: Document, at: number): Promise<void> {
    if (at === revision.value) return;
    notify(t("designer.published", { n: at }));
    const hasDraft = ((await openDraft(kind, key))?.version ?? 0) > 0;
    if (!hasDraft && !autosave.isPending) {
      settleOn(theirs, at);
      return check();
    }
    if (!hasDraft) autosave.rest();
    keepOver(theirs, at);
  }

  /** Throws the draft away and goes on with what is published. */
  async function discard(theirs: Document, at: number): Promise<void> {
    await autosave.settle();
    await deleteDraft(kind, key, autosave.version);
    history.value = advance(history.value, drafting.write(theirs));
    document.value = theirs;
    broken.value = "";
    drafting.changed?.();
    settleOn(theirs, at);
    await check();
  }

  function settleOn(now: Document, at: number): void {
    published.value = now;
    revision.value = at;
    basedOn.value = at;
    autosave.rest();
  }

  /** Keeps the draft over what somebody else has published meanwhile. */
  function keepOver(theirs: Document | null, at: number): void {
    published.value = theirs;
    revision.value = at;
    basedOn.value = at;
    autosave.touch();
    scheduleCheck();
  }

  function onLeave(event: BeforeUnloadEvent): void {
    if (autosave.isPending || broken.value) event.preventDefault();
  }

  const back = () => go(undo(history.value));
  const forth = () => go(redo(history.value));
  useDesignerKeys({ undo: back, redo: forth, save: () => void autosave.flush() });
  const stop = beforeSignIn(() => void autosave.flush());
  window.addEventListener("beforeunload", onLeave);
  onBeforeUnmount(() => {
    stop();
    clearTimeout(timer);
    window.removeEventListener("beforeunload", onLeave);
  });
  void check();

  return {
    state,
    document,
    published,
    revision,
    basedOn,
    plan,
    broken,
    preparing,
    isPreparing: computed(() => preparing.value !== null && preparing.value.state !== "failed"),
    look,
    autosave,
    canUndo: computed(() => history.value.past.length > 0),
    canRedo: computed(() => history.value.future.length > 0),
    apply,
    undo: back,
    redo: forth,
    check,
    publish,
    discard,
    keepOver,
  };
}
