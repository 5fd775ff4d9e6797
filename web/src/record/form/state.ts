import { onBeforeUnmount, reactive, ref, shallowRef } from "vue";
import { beforeSignIn } from "@/api/http";
import { evaluate } from "@/api/records";
import type {
  Evaluation,
  FieldScreen,
  FieldState,
  FormScreen,
  SubformRow,
  Value,
  Values,
} from "@/api/types";
import type { FormContext } from "@/field/context";
import { type FieldProblem, placeFailures, placeProblems } from "@/field/problems";
import { whyText } from "@/field/why";
import { dropDraft, keepDraft, readDraft } from "./drafts";
import { EvaluationQueue } from "./evaluation";
import { mergeAnswer } from "./merge";

export interface FormStateOptions {
  screen: FormScreen;
  /** What the form begins with. */
  initial: Values;
  /** The record that is edited; none for a new one. */
  record?: { id: string; version: number };
  /** The task in which it is edited. */
  task?: string;
  /** What may be typed here: by field; without it the field's own access counts. */
  access?: Record<string, "edit" | "read">;
  /** Where the draft is kept; none keeps no draft. */
  draft?: string;
  /** Who evaluates what is typed; without it, the rules of the published form do. */
  evaluate?: (
    body: { values: Values; changed: string[] },
    signal: AbortSignal,
  ) => Promise<Evaluation>;
}

const KEEP_AFTER_MS = 500;

/** The values of a form while it is filled in, what the server says about them, and the draft. */
export function useFormState(options: FormStateOptions) {
  const { screen, record, task, draft } = options;
  const values = reactive<Values>(structuredClone(options.initial));
  const states = shallowRef<Record<string, FieldState>>({});
  const problems = ref<FieldProblem[]>([]);
  const failures = shallowRef<ReadonlyMap<string, string>>(new Map());
  const changed = reactive(new Set<string>());
  const keptAt = ref<string | null>(null);
  const offline = ref(false);
  const fields = new Map(screen.fields.map((field) => [field.key, field]));
  let keepTimer = 0;

  const queue = new EvaluationQueue<Evaluation>({
    ask: (touched, signal) => {
      const body = { values: plain(values), changed: touched };
      if (options.evaluate) return options.evaluate(body, signal);
      return evaluate(screen.key, { record: record?.id, task, ...body }, signal);
    },
    take: (answer, newer) => {
      offline.value = false;
      takeValues(answer.values, newer);
      states.value = answer.states;
      failures.value = placeFailures(answer.problems);
    },
    fail: () => {
      offline.value = true;
    },
  });

  function takeValues(answer: Values, newer: ReadonlySet<string>): void {
    for (const [key, answered] of Object.entries(answer)) {
      const value = mergeAnswer(key, values[key], answered, newer);
      if (!fields.has(key) || value === undefined) continue;
      if (JSON.stringify(values[key] ?? null) === JSON.stringify(value)) continue;
      values[key] = value;
      problems.value = problems.value.filter((problem) => problem.path !== key);
    }
  }

  function set(path: string, value: Value): void {
    const [key = "", row, column] = path.split("/");
    if (row === undefined || column === undefined) values[key] = value;
    else {
      const rows = values[key] as SubformRow[] | undefined;
      const at = rows?.[Number(row)];
      if (at) at[column] = value;
    }
    changed.add(key);
    problems.value = problems.value.filter((problem) => problem.path !== path);
    queue.touch(path);
    clearTimeout(keepTimer);
    keepTimer = window.setTimeout(keep, KEEP_AFTER_MS);
  }

  function keep(): void {
    if (draft && changed.size > 0) {
      keptAt.value = keepDraft(draft, plain(values), record?.version ?? null);
    }
  }

  /** Takes up what was typed earlier; whether there was something. */
  function restore(): boolean {
    const kept = draft ? readDraft(draft) : null;
    if (!kept) return false;
    for (const [key, value] of Object.entries(kept.values)) {
      if (!fields.has(key)) continue;
      if (JSON.stringify(values[key] ?? null) === JSON.stringify(value)) continue;
      values[key] = value;
      changed.add(key);
    }
    keptAt.value = changed.size > 0 ? kept.at : null;
    return changed.size > 0;
  }

  /** Forgets the draft: it has been saved or thrown away. */
  function forget(): void {
    clearTimeout(keepTimer);
    changed.clear();
    keptAt.value = null;
    if (draft) dropDraft(draft);
  }

  function state(path: string): FieldState | undefined {
    const [key, , column] = path.split("/");
    return states.value[path] ?? (column ? states.value[`${key}.${column}`] : undefined);
  }

  function readOnly(field: FieldScreen, path: string): boolean {
    const key = path.split("/")[0] ?? field.key;
    const access = options.access?.[key] ?? fields.get(key)?.access ?? field.access;
    if (field.computed || field.shape === "serial") return true;
    if (access === "read" || field.access === "read") return true;
    return state(path)?.read_only ?? false;
  }

  /** What is computed or drawn says so itself. */
  function lock(field: FieldScreen, path: string): string | null {
    if (field.computed || field.shape === "serial" || !readOnly(field, path)) return null;
    const at = state(path);
    return at?.read_only ? whyText("rule", at.message) : whyText("read");
  }

  const context: FormContext = {
    state,
    problem: (path) => problems.value.find((problem) => problem.path === path)?.message,
    failure: (path) => failures.value.get(path),
    readOnly,
    lock,
    set,
  };

  /** What is sent when saving: only what people may type here, and of a record only changes. */
  function toSave(): Values {
    const typed = screen.fields.filter(
      (field) =>
        !field.computed &&
        field.shape !== "serial" &&
        (options.access?.[field.key] ?? field.access) === "edit" &&
        (!record || differs(field.key)),
    );
    return Object.fromEntries(typed.map((field) => [field.key, clone(values[field.key] ?? null)]));
  }

  function differs(key: string): boolean {
    return JSON.stringify(options.initial[key] ?? null) !== JSON.stringify(values[key] ?? null);
  }

  /** Puts what the server refused at its fields. */
  function refuse(found: { pointer: string; message: string }[]): void {
    problems.value = placeProblems(found);
  }

  const stopWatching = beforeSignIn(keep);
  onBeforeUnmount(() => {
    stopWatching();
    queue.stop();
    clearTimeout(keepTimer);
    keep();
  });

  return {
    values,
    context,
    problems,
    keptAt,
    offline,
    changed,
    start: () => queue.start(),
    settle: () => queue.settle(),
    restore,
    forget,
    keep,
    toSave,
    refuse,
  };
}

export type FormState = ReturnType<typeof useFormState>;

function plain(values: Values): Values {
  return clone(values);
}

function clone<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
