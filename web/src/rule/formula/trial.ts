import { type Ref, ref, shallowRef, watch } from "vue";
import { checkFormula } from "@/api/design";
import { isAborted, type Problem } from "@/api/problem";
import { listRecords } from "@/api/records";
import { t } from "@/app/i18n";
import { isKnown, type Scope } from "./names";
import type { FormulaPlace } from "./place";

const CHECK_AFTER_MS = 350;

export interface TrialRecord {
  id: string;
  title: string;
}

const records = new Map<string, Promise<TrialRecord | null>>();

/** The newest record of a published form, to try formulas on. */
function trialRecord(form: string): Promise<TrialRecord | null> {
  let found = records.get(form);
  if (!found) {
    found = listRecords(form, { limit: 1, fields: ["title"] }).then(
      (page) => page.records[0] ?? null,
      () => null,
    );
    records.set(form, found);
  }
  return found;
}

export interface Trial {
  problem: Ref<Problem | null>;
  value: Ref<unknown>;
  record: Ref<TrialRecord | null>;
}

/** Checks a formula while it is typed, and tries it on a record where that is possible. */
export function useTrial(
  design: FormulaPlace,
  formula: () => string,
  scope: () => Scope,
  tries: () => boolean,
): Trial {
  const problem = shallowRef<Problem | null>(null);
  const value = ref<unknown>(undefined);
  const record = shallowRef<TrialRecord | null>(null);
  let timer = 0;
  let running: AbortController | null = null;

  async function check(): Promise<void> {
    running?.abort();
    const expression = formula();
    if (!expression.trim()) {
      problem.value = null;
      value.value = undefined;
      return;
    }
    const own = new AbortController();
    running = own;
    const form = design.form.value.key;
    const isPublished = design.revision.value > 0;
    const on = tries() && isPublished && scope().subform === null ? await trialRecord(form) : null;
    try {
      const document = design.draft?.() as unknown as Record<string, never> | undefined;
      const body = { form, expression, document, record: on?.id };
      const answer = await checkFormula(body, own.signal);
      if (own.signal.aborted) return;
      record.value = on;
      problem.value = unknownName(answer.references) ?? serious(answer.problems);
      value.value = problem.value ? undefined : answer.value;
    } catch (error) {
      if (!isAborted(error)) value.value = undefined;
    }
  }

  /** Names such as `row` and `target` depend on where the formula stands: only here it is known. */
  function unknownName(references: string[]): Problem | null {
    const { form, system } = design;
    const missing = references.find((path) => !isKnown(form.value, scope(), system, path));
    if (missing === undefined) return null;
    return {
      code: "unknown_name",
      pointer: "",
      message: t("designer.unknown_name", { name: missing }),
      params: { name: missing },
    };
  }

  function serious(problems: Problem[]): Problem | null {
    return problems.find((one) => one.code !== "unknown_name") ?? null;
  }

  watch(
    formula,
    () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => void check(), CHECK_AFTER_MS);
    },
    { immediate: true },
  );
  return { problem, value, record };
}
