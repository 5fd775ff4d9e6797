import { onBeforeUnmount, shallowRef } from "vue";
import { type DocumentKind, getDocument, type Work } from "@/api/documents";

/** How often it is asked how far the work is, in milliseconds. */
const SOON = 1500;

/** Of a form's work, the publish that waits for its values. */
const waiting = (work: Work[]): Work | null =>
  work.find(({ kind }) => kind === "conversion") ?? null;

/**
 * A publish that waits in the background until the values are converted: how far it is, or why it
 * has failed; null when none waits. When it is over, `ended` hears what is published then.
 */
export function usePreparing<T>(
  of: { kind: DocumentKind; key: string; work: Work[] },
  ended: (published: T, revision: number) => Promise<void>,
) {
  const preparing = shallowRef(waiting(of.work));
  let timer = 0;

  function follow(): void {
    clearTimeout(timer);
    if (preparing.value?.state !== "failed") timer = window.setTimeout(() => void look(), SOON);
  }

  /** Asks how far it is. */
  async function look(): Promise<void> {
    clearTimeout(timer);
    try {
      const found = await getDocument<T>(of.kind, of.key);
      preparing.value = waiting(found.work);
      if (preparing.value === null) return await ended(found.document, found.revision);
    } catch {
      // It goes on without being watched; the next look finds it.
    }
    follow();
  }

  if (preparing.value) follow();
  onBeforeUnmount(() => clearTimeout(timer));
  return { preparing, look };
}
