import { computed, type Ref, ref, shallowRef, watch } from "vue";
import { isAborted } from "@/api/problem";
import { listTasks, type TaskList } from "@/api/tasks";
import type { Task } from "@/api/types";

const PAGE_SIZE = 50;

export interface TaskPages {
  tasks: Ref<Task[]>;
  error: Ref<unknown>;
  loading: Ref<boolean>;
  hasMore: Ref<boolean>;
  reload: () => Promise<void>;
  more: () => Promise<void>;
}

/** A list of tasks, page by page; another list starts from the beginning. */
export function useTaskPages(list: Ref<TaskList>): TaskPages {
  const tasks = shallowRef<Task[]>([]);
  const next = ref<string | null>(null);
  const error = shallowRef<unknown>(null);
  const loading = ref(false);
  let running: AbortController | null = null;

  async function fetchPage(cursor: string | null): Promise<void> {
    running?.abort();
    const own = new AbortController();
    running = own;
    loading.value = true;
    try {
      const page = await listTasks(list.value, { limit: PAGE_SIZE, cursor }, own.signal);
      if (own.signal.aborted) return;
      tasks.value = cursor ? [...tasks.value, ...page.tasks] : page.tasks;
      next.value = page.next;
      error.value = null;
    } catch (failure) {
      if (!isAborted(failure)) error.value = failure;
    } finally {
      if (running === own) loading.value = false;
    }
  }

  watch(list, () => {
    tasks.value = [];
    void fetchPage(null);
  });
  void fetchPage(null);
  return {
    tasks,
    error,
    loading,
    hasMore: computed(() => next.value !== null),
    reload: () => fetchPage(null),
    more: () => fetchPage(next.value),
  };
}
