import type { Process, TaskAction } from "../api/types";

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

/** The icon of a task's kind, where the form's own is not known. */
export function kindIcon(kind: string): string {
  return kind === "fill" ? "square-pen" : kind === "copy_to" ? "send" : "circle-check";
}
