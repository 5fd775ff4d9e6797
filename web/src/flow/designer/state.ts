import { computed, type InjectionKey, inject, ref, shallowRef, watch } from "vue";
import { getDocument } from "@/api/documents";
import type { Problem } from "@/api/problem";
import { getForm } from "@/api/records";
import type { FormScreen, StepKind } from "@/api/types";
import { t } from "@/app/i18n";
import type { Localized } from "@/app/localized";
import { page } from "@/app/page";
import { settleAddress } from "@/document/beginning";
import type { FormDocument } from "@/document/form/document";
import type { Opening } from "@/document/opening";
import { lineOf, readSource } from "@/document/source";
import { useDraft } from "@/document/useDraft";
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
import { allProblems, marksOf, settingOf } from "./problems";

export type FlowTab = "flow" | "document";
export const FLOW_TABS: FlowTab[] = ["flow", "document"];

/** The flow that is designed: its text with history, what is chosen in it, check and publishing. */
export function useFlowDesigner(opening: Opening<FlowDocument>) {
  const { key } = opening.document;
  const draft = useDraft<string, FlowDocument>({
    kind: "flow",
    key,
    opening,
    write: print,
    read: (text) => {
      const found = readSource(text);
      return found.ok && isFlow(found.value) ? found.value : null;
    },
    broken: (text) => {
      const found = readSource(text);
      if (!found.ok) return t("flow_designer.broken", { ...lineOf(text, found.offset) });
      return t("designer.json_shape", { key, app: opening.document.app });
    },
    changed: holdSelection,
    saved: () => settleAddress("flows", key),
  });
  const { state: text, document, published, plan } = draft;
  const source = computed(() => readSource(text.value));
  const selected = ref<string | null>(null);
  const tab = ref<FlowTab>("flow");
  /** The setting of the flow that somebody was led to. */
  const sought = ref<string | null>(null);
  const form = shallowRef<FormScreen | null>(null);
  const formDocument = shallowRef<FormDocument | null>(null);

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
    draft.apply(next, thing);
  }

  /** Goes on to a changed flow. Edits of the same `thing` without a pause are undone as one. */
  function apply(next: FlowDocument, thing: string | null = null): void {
    if (source.value.ok) type(print(next), thing);
  }

  /** What went away is not selected any more. */
  function holdSelection(): void {
    if (selected.value !== null && !parts.value.has(selected.value)) selected.value = null;
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

  /** Shows where a problem is. */
  function go(problem: Problem): void {
    const setting = settingOf(problem);
    if (setting) {
      tab.value = "flow";
      select(null);
      sought.value = setting;
      return;
    }
    const owner = ownerOf(parts.value, problem.pointer);
    if (owner === null && !isSetInPanel(problem.pointer)) tab.value = "document";
    select(owner);
  }

  return {
    ...draft,
    text,
    source,
    selected,
    sought,
    tab,
    form,
    formDocument,
    parts,
    part,
    problems,
    marks,
    changes,
    type,
    select,
    add,
    addBranch,
    change,
    changeFlow,
    remove,
    move: (at: string, by: -1 | 1) => apply(movePart(document.value, at, by)),
    copy,
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

/** Whether what a pointer means is set in the flow's own panel, and not in its text alone. */
const isSetInPanel = (pointer: string): boolean =>
  /^\/(on_|admins|when_facts_change|label)/.test(pointer);

/** A name to begin with, in the language of whoever gives it. */
const named = (key: string): Localized => ({ [page.locale]: t(key) });

const print = (document: unknown): string => JSON.stringify(document, null, 2);
