import { computed, type InjectionKey, inject, ref, shallowRef, watch } from "vue";
import {
  checkDocument,
  type DocumentCheck,
  deleteDraft,
  getDocument,
  publishDocument,
  putDraft,
} from "@/api/documents";
import { isAborted, type Problem } from "@/api/problem";
import { getForm } from "@/api/records";
import type { FormScreen, StepKind } from "@/api/types";
import { t } from "@/app/i18n";
import type { Localized } from "@/app/localized";
import { page } from "@/app/page";
import { Autosave } from "@/document/autosave";
import { settleAddress } from "@/document/beginning";
import type { FormDocument } from "@/document/form/document";
import { advance, begin, redo, undo } from "@/document/history";
import type { Opening } from "@/document/opening";
import type { Spot } from "@/flow/view/layout";
import { differences } from "./difference";
import {
  type FlowBranch,
  type FlowDocument,
  type FlowStep,
  isFlow,
  ownerOf,
  partsOf,
} from "./document";
import {
  addStep,
  changePart,
  copyPart,
  movePart,
  newBranch,
  newStep,
  removePart,
  spotAt,
} from "./edit";
import { allProblems, marksOf } from "./problems";
import { readSource } from "./source";

const CHECK_AFTER_MS = 350;
export type FlowTab = "flow" | "document";
export const FLOW_TABS: FlowTab[] = ["flow", "document"];

/** The flow that is designed: its text with history, what is chosen in it, check and publishing. */
export function useFlowDesigner(opening: Opening<FlowDocument>) {
  const { key } = opening.document;
  const history = shallowRef(begin(print(opening.document)));
  const text = computed(() => history.value.present);
  const source = computed(() => readSource(text.value));
  /** The last text that could be read as a flow. */
  const document = shallowRef(opening.document);
  const published = shallowRef(opening.published);
  const revision = ref(opening.revision);
  const basedOn = ref(opening.basedOn);
  const plan = shallowRef<DocumentCheck | null>(null);
  const selected = ref<string | null>(null);
  const tab = ref<FlowTab>("flow");
  const form = shallowRef<FormScreen | null>(null);
  const formDocument = shallowRef<FormDocument | null>(null);

  const autosave = new Autosave({
    savedAt: opening.savedAt,
    version: opening.version,
    save: async (version) => {
      const draft = { document: document.value, based_on: basedOn.value, version };
      const saved = await putDraft("flow", key, draft);
      settleAddress("flows", key);
      return saved;
    },
  });

  const parts = computed(() => partsOf(document.value));
  const part = computed(() =>
    selected.value === null ? undefined : parts.value.get(selected.value),
  );
  const problems = computed(() => allProblems(plan.value).map(inWords));
  const marks = computed(() => marksOf(problems.value, parts.value));
  const changes = computed(() => differences(published.value, document.value, page.locale));

  /** A branch that still lacks its condition is no formula that is wrong. */
  function inWords(problem: Problem): Problem {
    const branch = parts.value.get(ownerOf(parts.value, problem.pointer) ?? "")?.branch;
    if (problem.pointer === "/steps" && document.value.steps.length === 0) {
      return { ...problem, message: t("flow_designer.needs_step") };
    }
    const lacks = problem.pointer.endsWith("/when") && branch?.when?.trim() === "";
    return lacks ? { ...problem, message: t("flow_designer.needs_condition") } : problem;
  }

  watch(
    () => document.value.form,
    async (name) => {
      [form.value, formDocument.value] = await Promise.all([
        getForm(name).catch(() => null),
        getDocument<FormDocument>("form", name).then(
          (found) => found.document,
          () => null,
        ),
      ]);
    },
    { immediate: true },
  );

  /** Takes what was typed; a text that cannot be read is neither checked nor kept. */
  function type(next: string, thing: string | null = "text"): void {
    if (next === text.value) return;
    history.value = advance(history.value, next, thing);
    changed();
  }

  /** Goes on to a changed flow. Edits of the same `thing` without a pause are undone as one. */
  function apply(next: FlowDocument, thing: string | null = null): void {
    if (source.value.ok) type(print(next), thing);
  }

  function step(to: "undo" | "redo"): void {
    const next = to === "undo" ? undo(history.value) : redo(history.value);
    if (next === history.value) return;
    history.value = next;
    changed();
  }

  function changed(): void {
    const read = source.value;
    if (!read.ok || !isFlow(read.value)) return;
    document.value = read.value;
    if (selected.value !== null && !parts.value.has(selected.value)) selected.value = null;
    autosave.touch();
    scheduleCheck();
  }

  function select(to: string | null): void {
    selected.value = to;
  }

  function add(kind: StepKind, spot: Spot = spotAt(document.value, selected.value)): void {
    const made = newStep(document.value, kind, named(`flow_designer.kind.${kind}`));
    if (kind === "branch") {
      const otherwise = newBranch(document.value, named("flow_designer.otherwise"));
      made.branches = [{ ...otherwise, key: `${made.key}_else` }];
    }
    apply(addStep(document.value, spot, made));
    select(made.key);
  }

  /** Adds a branch to the chosen branching, one with a condition before "otherwise". */
  function addBranch(withCondition: boolean): void {
    const { value: at } = selected;
    const branches = part.value?.step?.branches;
    if (at === null || !branches) return;
    const label = named(withCondition ? "flow_designer.new_branch" : "flow_designer.otherwise");
    const branch = newBranch(document.value, label, withCondition ? "" : undefined);
    const last = branches.findIndex((one) => one.when === undefined);
    const place = withCondition && last >= 0 ? last : branches.length;
    apply(changePart(document.value, at, { branches: branches.toSpliced(place, 0, branch) }));
    select(branch.key);
  }

  function change(changes: Partial<FlowStep & FlowBranch>, thing: string | null = null): void {
    const { value: at } = selected;
    if (at !== null) apply(changePart(document.value, at, changes), thing && `${at} ${thing}`);
  }

  function changeFlow(changes: Partial<FlowDocument>, thing: string | null = null): void {
    const entries = Object.entries({ ...document.value, ...changes });
    const kept = entries.filter(([, value]) => value !== undefined);
    apply(Object.fromEntries(kept) as unknown as FlowDocument, thing);
  }

  function remove(at: string): void {
    const around = neighbour(at);
    apply(removePart(document.value, at));
    select(around);
  }

  /** What is chosen after a part went: the one before it, else the branch around it. */
  function neighbour(at: string): string | null {
    const gone = parts.value.get(at);
    const siblings = [...parts.value].filter(([, one]) => one.depth === gone?.depth);
    const index = siblings.findIndex(([name]) => name === at);
    const other = siblings[index - 1] ?? siblings[index + 1];
    return other?.[0] ?? ownerOf(parts.value, gone?.pointer.replace(/\/[^/]+\/\d+$/, "") ?? "");
  }

  function copy(at: string): void {
    apply(copyPart(document.value, at));
    const after = [...parts.value.keys()];
    select(after.find((name) => new RegExp(`^${at}_\\d+$`).test(name)) ?? at);
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
      const found = await checkDocument("flow", key, document.value, own.signal);
      if (!own.signal.aborted) plan.value = found;
    } catch (error) {
      // The next change checks again; an unreachable server shows in the state of the draft.
      if (!isAborted(error)) plan.value = null;
    }
  }

  async function publish(): Promise<number> {
    await autosave.settle();
    const draft = { document: document.value, based_on: basedOn.value };
    const answer = await publishDocument("flow", key, draft);
    settleOn(draft.document, answer.revision);
    await check();
    return answer.revision;
  }

  /** Throws the draft away and goes on with what is published. */
  async function discard(theirs: FlowDocument, at: number): Promise<void> {
    await autosave.settle();
    await deleteDraft("flow", key, autosave.version);
    history.value = advance(history.value, print(theirs));
    document.value = theirs;
    selected.value = null;
    settleOn(theirs, at);
    await check();
  }

  function settleOn(now: FlowDocument, at: number): void {
    published.value = now;
    revision.value = at;
    basedOn.value = at;
    autosave.rest();
  }

  /** Keeps the draft over what somebody else has published meanwhile. */
  function keepOver(theirs: FlowDocument, at: number): void {
    published.value = theirs;
    revision.value = at;
    basedOn.value = at;
    autosave.touch();
    scheduleCheck();
  }

  /** Shows where a problem is. */
  function go(problem: Problem): void {
    const owner = ownerOf(parts.value, problem.pointer);
    if (owner === null && !problem.pointer.startsWith("/on_")) tab.value = "document";
    select(owner);
  }

  void check();

  return {
    text,
    source,
    document,
    published,
    revision,
    basedOn,
    plan,
    selected,
    tab,
    form,
    formDocument,
    autosave,
    parts,
    part,
    problems,
    marks,
    changes,
    canUndo: computed(() => history.value.past.length > 0),
    canRedo: computed(() => history.value.future.length > 0),
    type,
    undo: () => step("undo"),
    redo: () => step("redo"),
    select,
    add,
    addBranch,
    change,
    changeFlow,
    remove,
    move: (at: string, by: -1 | 1) => apply(movePart(document.value, at, by)),
    copy,
    check,
    publish,
    discard,
    keepOver,
    go,
  };
}

export type FlowDesign = ReturnType<typeof useFlowDesigner>;

export const FLOW: InjectionKey<FlowDesign> = Symbol("flow");

/** The designer around a component. */
export function useFlow(): FlowDesign {
  const found = inject(FLOW);
  if (!found) throw new Error("no flow designer around this component");
  return found;
}

/** A name to begin with, in the language of whoever gives it. */
const named = (key: string): Localized => ({ [page.locale]: t(key) });

const print = (document: unknown): string => JSON.stringify(document, null, 2);
