import { computed, type Ref, ref, shallowRef, watch } from "vue";
import { isAborted } from "../api/problem";
import { evaluate } from "../api/records";
import type { Evaluation, TaskScreen, Value, Values } from "../api/types";

const PAUSE_MS = 200;

export interface TaskValues {
  /** The record's values with what was edited and what follows from it. */
  values: Ref<Values>;
  /** Only what was edited. */
  changed: Ref<Values>;
  states: Ref<Evaluation["states"]>;
  /** Messages by field. */
  problems: Ref<Record<string, string>>;
  set: (field: string, value: Value) => void;
  /** Puts messages at fields, by the last answer of the server. */
  report: (problems: { pointer: string; message: string }[]) => void;
}

/** What is edited at a task; the server says what follows from it, the newest question wins. */
export function useTaskValues(screen: Ref<TaskScreen | null>): TaskValues {
  const changed = ref<Values>({});
  const computedValues = shallowRef<Values>({});
  const states = shallowRef<Evaluation["states"]>({});
  const problems = shallowRef<Record<string, string>>({});
  let timer = 0;
  let running: AbortController | null = null;

  const values = computed<Values>(() => ({
    ...((screen.value?.record ?? {}) as Values),
    ...computedValues.value,
    ...changed.value,
  }));

  function set(field: string, value: Value): void {
    changed.value = { ...changed.value, [field]: value };
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), PAUSE_MS);
  }

  async function ask(): Promise<void> {
    const { value: at } = screen;
    if (!at) return;
    running?.abort();
    const own = new AbortController();
    running = own;
    try {
      const question = { record: at.task.record, task: at.task.id };
      const fields = Object.keys(changed.value);
      const body = { ...question, values: values.value, changed: fields };
      const answer = await evaluate(at.task.form, body, own.signal);
      computedValues.value = answer.values;
      states.value = answer.states;
      report(answer.problems.filter((problem) => fields.includes(fieldOf(problem.pointer))));
    } catch (error) {
      // What follows is asked again with the next key; sending is checked by the server anyway.
      if (!isAborted(error)) states.value = {};
    }
  }

  function report(found: { pointer: string; message: string }[]): void {
    problems.value = Object.fromEntries(
      found.map((problem) => [fieldOf(problem.pointer), problem.message]),
    );
  }

  watch(screen, () => {
    window.clearTimeout(timer);
    running?.abort();
    changed.value = {};
    computedValues.value = {};
    states.value = {};
    problems.value = {};
  });
  return { values, changed, states, problems, set, report };
}

/** The field that a pointer such as `/lines/2/qty` leads into. */
export function fieldOf(pointer: string): string {
  return pointer.replace(/^\/values/, "").split("/")[1] ?? "";
}
