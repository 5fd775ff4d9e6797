import { computed, type InjectionKey, inject, type Ref, ref, watch } from "vue";
import type { Problem } from "@/api/problem";
import { t } from "@/app/i18n";
import { page } from "@/app/page";
import { settleAddress } from "@/document/beginning";
import type { FormDocument } from "@/document/form/document";
import { identifier } from "@/document/form/keys";
import { type FieldPath, fieldAt } from "@/document/form/place";
import type { Opening } from "@/document/opening";
import { useDraft } from "@/document/useDraft";
import { itemLabel } from "@/field/palette";
import { systemFields } from "@/field/vocabulary";
import { useConversions } from "./conversions";
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

const TABS: Tab[] = ["form", "rules", "views", "buttons", "document"];

/** The form that is designed: its document with history, draft, check and publishing. */
export function useDesigner(opening: Opening<FormDocument>) {
  const { key } = opening.document;
  const draft = useDraft<FormDocument, FormDocument>({
    kind: "form",
    key,
    opening,
    write: (document) => document,
    read: (document) => document,
    changed: holdSelection,
    saved: () => settleAddress("forms", key),
  });
  const { document: form, published, plan } = draft;
  const selection: Ref<Selection> = ref({ kind: "form" });
  const tab = ref<Tab>(TABS.find((one) => one === addressedTab()) ?? "form");
  /** Whether the field that was just added waits for its name. */
  const naming = ref(false);
  /** Whose kept values are looked at: a field's path, empty for all; null while they are not. */
  const kept = ref<FieldPath | "" | null>(null);
  const focused = ref<{ part: string; at: number } | null>(null);

  /** What is typed as the document while it cannot be taken over. */
  const typed = ref<string | null>(null);
  const conversions = useConversions(key, draft.revision);

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
    if (draft.broken.value) {
      const target: Target = { tab: "document", part: "" };
      const { value: message } = draft.broken;
      return [{ code: "json", pointer: "", message, severity: "problem", target }];
    }
    return [
      ...(plan.value?.problems ?? []).map(place("problem")),
      ...(plan.value?.warnings ?? []).map(place("warning")),
    ];
  });

  /** What went away is not selected any more. */
  function holdSelection(): void {
    const at = selection.value;
    if (at.kind === "field" && !fieldAt(form.value, at.path)) selection.value = { kind: "form" };
  }

  function select(next: Selection): void {
    selection.value = next;
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
  return {
    ...draft,
    form,
    selection,
    tab,
    problems,
    focused,
    naming,
    kept,
    typed,
    conversions,
    words,
    system,
    locale: page.locale,
    select,
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
