import { type Ref, ref, shallowRef } from "vue";
import { isAborted } from "./problem";

export interface Loading<T> {
  value: Ref<T | null>;
  error: Ref<unknown>;
  loading: Ref<boolean>;
  /** Asks again; an answer that is still on its way is dropped. */
  reload: () => Promise<void>;
}

/** Holds what a request answers, or its error, for a component. Asks at once. */
export function useLoad<T>(ask: (signal: AbortSignal) => Promise<T>): Loading<T> {
  const value = shallowRef<T | null>(null);
  const error = shallowRef<unknown>(null);
  const loading = ref(false);
  let running: AbortController | null = null;

  async function reload(): Promise<void> {
    running?.abort();
    const own = new AbortController();
    running = own;
    loading.value = true;
    try {
      const answer = await ask(own.signal);
      if (own.signal.aborted) return;
      value.value = answer;
      error.value = null;
    } catch (failure) {
      if (own.signal.aborted || isAborted(failure)) return;
      error.value = failure;
    } finally {
      if (running === own) loading.value = false;
    }
  }

  void reload();
  return { value, error, loading, reload };
}
