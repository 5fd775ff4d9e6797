import type { Process, Task, TaskAction } from "../api/types";
import { t } from "../i18n";

/** The tint of an instance's state. */
export function stateTone(state: Process["state"]): "good" | "warn" | "bad" | "info" | null {
  switch (state) {
    case "completed":
      return "good";
    case "returned":
      return "warn";
    case "rejected":
      return "bad";
    case "running":
      return "info";
    default:
      return null;
  }
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
};

/** The first thing of the summary that is a figure: what one looks at first. */
export function figureOf(task: Task): { label: string; text: string } | null {
  return task.summary.find(({ text }) => FIGURE.test(text)) ?? null;
}

/** The summary with figures first, as they are what one looks at. */
export function figuresFirst(task: Task): Task["summary"] {
  const isFigure = ({ text }: { text: string }) => FIGURE.test(text);
  return [...task.summary].sort((a, b) => Number(isFigure(b)) - Number(isFigure(a)));
}

/** A number with or without a sign of a currency, and not a day. */
const FIGURE = /^[-−]?\s?[¥$€£]?\s?[\d,.]+(?!\d*-\d)(\s?\D{0,4})?$/;

/** What an action is called at a task: a step that only fills in is submitted. */
export function actionLabel(action: TaskAction, kind: Task["kind"]): string {
  return t(action === "approve" && kind === "fill" ? "task.do.submit" : `task.do.${action}`);
}
