// What the reader said with decisions of one kind at one step, to be said again with one tap.
// Kept in this browser only.
import type { TaskAction } from "@/api/types";

const MOST = 3;
const LONGEST = 24;

const keyOf = (flow: string, action: TaskAction) => `formwork.phrases.${flow}.${action}`;

/** The last few short comments, the newest first. */
export function phrases(flow: string, action: TaskAction): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(flow, action)) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/** Keeps a comment, if it is short enough to stand on a button. */
export function keepPhrase(flow: string, action: TaskAction, comment: string): void {
  const text = comment.trim();
  if (text === "" || [...text].length > LONGEST) return;
  const others = phrases(flow, action).filter((one) => one !== text);
  localStorage.setItem(keyOf(flow, action), JSON.stringify([text, ...others].slice(0, MOST)));
}
