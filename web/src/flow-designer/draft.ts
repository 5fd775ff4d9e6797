import { computed, type Ref, ref, shallowRef } from "vue";
import {
  checkDocument,
  type DocumentCheck,
  getDocument,
  getDraft,
  publishDocument,
  putDraft,
} from "../api/documents";
import { ApiError, isAborted } from "../api/problem";
import { type FlowDocument, isFlow } from "./document";
import { readSource, type Source } from "./source";

const SAVE_MS = 900;
const CHECK_MS = 350;
const MOST_UNDONE = 100;

export interface FlowDraft {
  text: Ref<string>;
  source: Ref<Source>;
  /** The last text that could be read as a flow. */
  document: Ref<FlowDocument | null>;
  /** What is published; none when it never was. */
  published: Ref<FlowDocument | null>;
  check: Ref<DocumentCheck | null>;
  revision: Ref<number>;
  error: Ref<unknown>;
  saved: Ref<"saved" | "saving" | "failed" | null>;
  canUndo: Ref<boolean>;
  canRedo: Ref<boolean>;
  load: () => Promise<void>;
  /** Takes what was typed. */
  type: (text: string) => void;
  /** Takes a changed document. */
  replace: (document: FlowDocument) => void;
  undo: () => void;
  redo: () => void;
  publish: () => Promise<void>;
}

/** A flow being edited: checked and kept on the server while it is typed, with undo. */
export function useFlowDraft(key: string): FlowDraft {
  const text = ref("");
  const document = shallowRef<FlowDocument | null>(null);
  const published = shallowRef<FlowDocument | null>(null);
  const check = shallowRef<DocumentCheck | null>(null);
  const revision = ref(0);
  const error = shallowRef<unknown>(null);
  const saved = ref<"saved" | "saving" | "failed" | null>(null);
  const past = shallowRef<string[]>([]);
  const future = shallowRef<string[]>([]);
  const source = computed(() => readSource(text.value));
  let basedOn = 0;
  let saving = 0;
  let checking = 0;
  let running: AbortController | null = null;

  async function load(): Promise<void> {
    try {
      const draft = await getDraft<FlowDocument>("flow", key);
      const current = await getDocument<FlowDocument>("flow", key).catch(none);
      published.value = current?.document ?? null;
      revision.value = current?.revision ?? 0;
      basedOn = draft.based_on;
      show(print(draft.document));
      past.value = [];
      future.value = [];
      error.value = null;
      await ask();
    } catch (failure) {
      error.value = failure;
    }
  }

  function show(next: string): void {
    text.value = next;
    const read = source.value;
    if (read.ok && isFlow(read.value)) document.value = read.value;
  }

  function take(next: string): void {
    if (next === text.value) return;
    past.value = [...past.value, text.value].slice(-MOST_UNDONE);
    future.value = [];
    show(next);
    later();
  }

  function step(from: Ref<string[]>, to: Ref<string[]>): void {
    const next = from.value.at(-1);
    if (next === undefined) return;
    from.value = from.value.slice(0, -1);
    to.value = [...to.value, text.value];
    show(next);
    later();
  }

  /** A text that cannot be read is neither checked nor kept. */
  function later(): void {
    window.clearTimeout(saving);
    window.clearTimeout(checking);
    if (!source.value.ok) return;
    saving = window.setTimeout(() => void save(), SAVE_MS);
    checking = window.setTimeout(() => void ask(), CHECK_MS);
  }

  async function save(): Promise<void> {
    const read = source.value;
    if (!read.ok) return;
    saved.value = "saving";
    try {
      await putDraft("flow", key, { document: read.value, based_on: basedOn });
      saved.value = "saved";
    } catch {
      saved.value = "failed";
    }
  }

  async function ask(): Promise<void> {
    const read = source.value;
    if (!read.ok) return;
    running?.abort();
    running = new AbortController();
    try {
      check.value = await checkDocument("flow", key, read.value, running.signal);
    } catch (failure) {
      if (!isAborted(failure)) check.value = null;
    }
  }

  async function publish(): Promise<void> {
    const read = source.value;
    if (!read.ok) return;
    window.clearTimeout(saving);
    const done = await publishDocument("flow", key, { document: read.value, based_on: basedOn });
    revision.value = done.revision;
    basedOn = done.revision;
    published.value = document.value;
    saved.value = null;
    await ask();
  }

  return {
    text,
    source,
    document,
    published,
    check,
    revision,
    error,
    saved,
    canUndo: computed(() => past.value.length > 0),
    canRedo: computed(() => future.value.length > 0),
    load,
    type: take,
    replace: (next) => take(print(next)),
    undo: () => step(past, future),
    redo: () => step(future, past),
    publish,
  };
}

const print = (document: unknown): string => JSON.stringify(document, null, 2);

/** A flow that was never published has only a draft. */
function none(failure: unknown): null {
  if (failure instanceof ApiError && failure.status === 404) return null;
  throw failure;
}
