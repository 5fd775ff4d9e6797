import { ElMessage, ElMessageBox } from "element-plus";
import { ApiError, isAborted } from "@/api/problem";
import { useIsPhone } from "@/ui/media";
import { t } from "./i18n";

const isPhone = useIsPhone();

/** Where nothing is read or pressed: below the top bar of a phone, else above any bar of actions. */
function place(): { placement: "top" | "bottom-right"; offset: number } {
  return isPhone.value
    ? { placement: "top", offset: 60 }
    : { placement: "bottom-right", offset: 72 };
}

/** Says in passing that something was done. */
export function notify(message: string): void {
  ElMessage({ message, type: "success", duration: 2500, grouping: true, ...place() });
}

/** Says in passing that something failed; nothing for a request that a newer one replaced. */
export function notifyError(error: unknown): void {
  if (isAborted(error)) return;
  ElMessage({
    message: errorText(error),
    type: "error",
    duration: 6000,
    grouping: true,
    ...place(),
  });
}

/** What went wrong, as a sentence. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0) return t("ui.unreachable");
  return error.problems[0]?.message ?? error.message;
}

interface Question {
  title: string;
  text: string;
  /** The verb on the button. */
  action: string;
  danger?: boolean;
}

/** Asks before something that cannot be undone. */
export async function confirmed(question: Question): Promise<boolean> {
  return (await answerTo({ ...question, instead: t("ui.cancel") })) === "action";
}

/** Asks for one of two things; neither when the question is put away. */
export async function answerTo(
  question: Question & { instead: string },
): Promise<"action" | "instead" | null> {
  try {
    await ElMessageBox.confirm(question.text, question.title, {
      confirmButtonText: question.action,
      cancelButtonText: question.instead,
      distinguishCancelAndClose: true,
      confirmButtonClass: question.danger ? "btn btn-primary btn-danger" : "btn btn-primary",
      cancelButtonClass: "btn",
      autofocus: true,
    });
    return "action";
  } catch (left) {
    return left === "cancel" ? "instead" : null;
  }
}
