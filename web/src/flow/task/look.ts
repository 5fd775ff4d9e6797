import { shallowRef } from "vue";
import { getApps } from "@/api/directory";
import type {
  AppEntry,
  FieldScreen,
  FormScreen,
  Instance,
  Task,
  TaskAction,
  Value,
  Values,
} from "@/api/types";
import { currencySign, formatWait } from "@/app/format";
import { t } from "@/app/i18n";
import { plainText } from "@/field/text";
import { sumsOf } from "@/record/form/sections";

/** The tint of an instance's state. */
export function stateTone(state: Instance["state"]): "good" | "warn" | "bad" | "info" | null {
  switch (state) {
    case "completed":
      return "good";
    case "returned":
      return "warn";
    case "rejected":
    case "stuck":
      return "bad";
    case "running":
      return "info";
    default:
      return null;
  }
}

/** How long a task has waited, `等了 3 天`; nothing for one that has just come. */
export function waitedText(task: Task): string {
  const span = formatWait(task.arrived_at);
  return span ? t("task.waited", { span }) : "";
}

/** What a task is about; of one that cannot be read not even that is known. */
export function titleOf(task: Task): string {
  return task.title || task.form_label || t("task.no_title");
}

/** What is wrong with a task, in a word; nothing with most. */
export function troubleOf(task: Task): string {
  if (task.problem) return t("task.unreadable");
  return task.kind === "stuck" ? t("task.stuck") : "";
}

/** The icon of what can be done with a task. */
export const ACTION_ICONS: Record<TaskAction, string> = {
  approve: "check",
  reject: "x",
  return: "corner-up-left",
  transfer: "arrow-right-left",
};

/** The icon of a kind of task. */
export const KIND_ICONS: Record<Task["kind"], string> = {
  approve: "circle-check",
  fill: "square-pen",
  copy: "send",
  started: "file-text",
  stuck: "triangle-alert",
};

/** The first thing of the summary that is a figure: what one looks at first. */
export function figureOf(task: Task): { label: string; text: string; isMoney: boolean } | null {
  const figure = task.summary.find(({ text }) => FIGURE.test(text));
  return figure ? { ...figure, isMoney: /[¥$€£]/.test(figure.text) } : null;
}

/**
 * What one looks at first: the figures of the summary, then what the form computes; a form
 * without figures shows the summary as it is.
 */
export function figuresOf(task: Task, form: FormScreen, values: Values): Task["summary"] {
  const figures = task.summary
    .filter(({ text }) => FIGURE.test(text))
    .map((figure) => {
      // As the field itself shows it below, with its places.
      const field = form.fields.find(({ label }) => label === figure.label);
      const text = field ? sumText(field, values[field.key]) : "";
      return { ...figure, text: text || figure.text };
    });
  const labels = new Set(figures.map(({ label }) => label));
  const sums = sumsOf(form)
    .filter(({ label }) => !labels.has(label))
    .map((field) => ({ label: field.label, text: sumText(field, values[field.key]) }))
    .filter(({ text }) => text !== "");
  const all = [...figures, ...sums];
  return (all.length > 0 ? all : task.summary).slice(0, MOST_FIGURES);
}

function sumText(field: FieldScreen, value: Value | undefined): string {
  const text = plainText(field, value);
  return text && field.figure === "amount"
    ? `${currencySign(field.options.currency ?? "CNY")}${text}`
    : text;
}

const MOST_FIGURES = 4;

/** A number with or without a sign of a currency, and not a day. */
const FIGURE = /^[-−]?\s?[¥$€£]?\s?[\d,.]+(?!\d*-\d)(\s?\D{0,4})?$/;

/** What an action is called at a task: a step that only fills in is submitted. */
export function actionLabel(action: TaskAction, kind: Task["kind"]): string {
  return t(action === "approve" && kind === "fill" ? "task.do.submit" : `task.do.${action}`);
}

/** The icons of forms, as the navigation shows them; none until they have been fetched. */
export function useFormIcons(): (form: string) => string | undefined {
  const apps = shallowRef<AppEntry[]>([]);
  getApps().then(
    (found) => {
      apps.value = found;
    },
    () => undefined,
  );
  return (form) =>
    apps.value
      .flatMap((app) => app.navigation.flatMap((group) => group.items))
      .find((item) => item.kind === "form" && item.key === form)?.icon ?? undefined;
}
