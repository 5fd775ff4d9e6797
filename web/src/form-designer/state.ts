import { computed, type InjectionKey, inject, type Ref, ref, shallowRef, watch } from "vue";
import type { PublishPlan } from "@/api/design";
import { checkDocument, deleteDraft, publishDocument, putDraft } from "@/api/documents";
import type { Problem } from "@/api/problem";
import { isAborted } from "@/api/problem";
import { t } from "@/app/i18n";
import { page } from "@/app/page";
import { Autosave } from "@/document/autosave";
import { settleAddress } from "@/document/beginning";
import type { FormDocument } from "@/document/form/document";
import { identifier } from "@/document/form/keys";
import { type FieldPath, fieldAt } from "@/document/form/place";
import { advance, begin, redo, undo } from "@/document/history";
import type { Opening } from "@/document/opening";
import { itemLabel } from "@/field/palette";
import { systemFields } from "@/field/vocabulary";
import type { Words } from "./model/kinds";
import { lackText } from "./model/lack";
import { type Tab, type Target, targetOf } from "./model/pointer";

/** What the properties are shown of. */
export type Selection =
  | { kind: "form" }
  | { kind: "section"; at: number }
  | { kind: "field"; path: FieldPath };

export interface PlacedProblem extends Problem {
  target: Target;
  severity: "problem" | "warning";
}

const CHECK_AFTER_MS = 500;
const TABS: Tab[] = ["form", "rules", "views", "buttons", "document"];

/** The form that is designed: its document with history, draft, check and publishing. */
export function useDesigner(opening: Opening<FormDocument>) {
  const history = shallowRef(begin(opening.document));
  const form = computed(() => history.value.present);
  const published = shallowRef(opening.published);
  const revision = ref(opening.revision);
  const basedOn = ref(opening.basedOn);
  const selection: Ref<Selection> = ref({ kind: "form" });
  const tab = ref<Tab>(TABS.find((one) => one === addressedTab()) ?? "form");
  const plan = shallowRef<PublishPlan | null>(null);
  /** Whether the field that was just added waits for its name. */
  const naming = ref(false);
  const focused = ref<{ part: string; at: number } | null>(null);

  const autosave = new Autosave({
    savedAt: opening.savedAt,
    version: opening.version,
    save: async (version) => {
      const { key } = form.value;
      const draft = { document: form.value, based_on: basedOn.value, version };
      const saved = await putDraft("form", key, draft);
      settleAddress("forms", key);
      return saved;
    },
  });

  const words: Words = {
    locale: page.locale,
    item: itemLabel,
    option: (number) => t("designer.new_option", { n: number }),
    column: t("designer.new_column"),
    columnKey: identifier(t("designer.new_column")) || "name",
  };
  const system = systemFields();

  const problems = computed<PlacedProblem[]>(() => {
    const place = (severity: PlacedProblem["severity"]) => (problem: Problem) => ({
      ...problem,
      message: lackText(form.value, problem.pointer) ?? problem.message,
      severity,
      target: targetOf(form.value, problem.pointer),
    });
    return [
      ...(plan.value?.problems ?? []).map(place("problem")),
      ...(plan.value?.warnings ?? []).map(place("warning")),
    ];
  });

  /** Goes on to a changed form. Edits of the same `thing` without a pause are undone as one. */
  function apply(next: FormDocument, thing: string | null = null): void {
    if (next === form.value) return;
    history.value = advance(history.value, next, thing);
    changed();
  }

  function step(to: "undo" | "redo"): void {
    const next = to === "undo" ? undo(history.value) : redo(history.value);
    if (next === history.value) return;
    history.value = next;
    changed();
  }

  function changed(): void {
    const at = selection.value;
    if (at.kind === "field" && !fieldAt(form.value, at.path)) selection.value = { kind: "form" };
    autosave.touch();
    scheduleCheck();
  }

  function select(next: Selection): void {
    selection.value = next;
  }

  let checkTimer = 0;
  let checking: AbortController | null = null;

  function scheduleCheck(): void {
    clearTimeout(checkTimer);
    checkTimer = window.setTimeout(() => void check(), CHECK_AFTER_MS);
  }

  async function check(): Promise<void> {
    clearTimeout(checkTimer);
    checking?.abort();
    const own = new AbortController();
    checking = own;
    try {
      const found = await checkDocument("form", form.value.key, form.value, own.signal);
      if (!own.signal.aborted) plan.value = found;
    } catch (error) {
      // The next change checks again; an unreachable server shows in the state of the draft.
      if (!isAborted(error)) plan.value = null;
    }
  }

  async function publish(): Promise<number> {
    await autosave.settle();
    const document = form.value;
    const draft = { document, based_on: basedOn.value };
    const answer = await publishDocument("form", document.key, draft);
    published.value = document;
    revision.value = answer.revision;
    basedOn.value = answer.revision;
    autosave.rest();
    await check();
    return answer.revision;
  }

  /** Throws the draft away and goes on with the published document. */
  async function discard(document: FormDocument, at: number): Promise<void> {
    await autosave.settle();
    await deleteDraft("form", document.key, autosave.version);
    history.value = advance(history.value, document);
    published.value = document;
    revision.value = at;
    basedOn.value = at;
    autosave.rest();
    selection.value = { kind: "form" };
    await check();
  }

  /** Keeps the draft over what somebody else has published meanwhile. */
  function keepOver(document: FormDocument | null, at: number): void {
    published.value = document;
    revision.value = at;
    basedOn.value = at;
    autosave.touch();
    scheduleCheck();
  }

  function go(target: Target): void {
    tab.value = target.tab;
    if (target.path) select({ kind: "field", path: target.path });
    else if (target.tab === "form" && target.at !== undefined) {
      select({ kind: "section", at: target.at });
    } else if (target.tab === "form") select({ kind: "form" });
    focused.value = { part: target.part, at: target.at ?? -1 };
  }

  /** Whether a field holds no data yet, so that its key may change. */
  function isNew(path: FieldPath): boolean {
    return published.value === null || fieldAt(published.value, path) === undefined;
  }

  watch(tab, (name) => {
    const address = new URL(location.href);
    if (name === "form") address.searchParams.delete("tab");
    else address.searchParams.set("tab", name);
    window.history.replaceState(null, "", address);
  });
  void check();

  return {
    form,
    published,
    revision,
    basedOn,
    selection,
    tab,
    plan,
    problems,
    focused,
    naming,
    autosave,
    words,
    system,
    locale: page.locale,
    canUndo: computed(() => history.value.past.length > 0),
    canRedo: computed(() => history.value.future.length > 0),
    apply,
    undo: () => step("undo"),
    redo: () => step("redo"),
    select,
    check,
    publish,
    discard,
    keepOver,
    go,
    isNew,
  };
}

export type Designer = ReturnType<typeof useDesigner>;

export const DESIGNER: InjectionKey<Designer> = Symbol("designer");

/** The designer around a component. */
export function useDesign(): Designer {
  const found = inject(DESIGNER);
  if (!found) throw new Error("no designer around this component");
  return found;
}

function addressedTab(): string | null {
  return new URLSearchParams(location.search).get("tab");
}
