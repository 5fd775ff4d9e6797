import { type Ref, readonly, ref } from "vue";
import type { TaskList } from "@/api/tasks";
import type { Task } from "@/api/types";
import { recordHref } from "@/app/places";

const LISTS: TaskList[] = ["open", "done", "started", "copied"];

export interface TaskRoute {
  /** The task that is open; none is the list. */
  task: Readonly<Ref<string | null>>;
  list: Readonly<Ref<TaskList>>;
  openTask: (id: string) => void;
  openList: (list: TaskList) => void;
}

/** Which task or list the page's address names: `/tasks/{id}`, `/tasks?list=done`. */
export function useTaskRoute(): TaskRoute {
  const task = ref<string | null>(null);
  const list = ref<TaskList>("open");

  function read(): void {
    const id = location.pathname.match(/^\/tasks\/([^/]+)/)?.[1];
    task.value = id ? decodeURIComponent(id) : null;
    const wanted = new URLSearchParams(location.search).get("list");
    list.value = LISTS.find((one) => one === wanted) ?? "open";
  }

  function go(address: string): void {
    history.pushState(null, "", address);
    read();
  }

  read();
  window.addEventListener("popstate", read);
  return {
    task: readonly(task),
    list: readonly(list),
    openTask: (id) => go(taskHref(id)),
    openList: (wanted) => go(wanted === "open" ? "/tasks" : `/tasks?list=${wanted}`),
  };
}

export const taskHref = (id: string): string => `/tasks/${encodeURIComponent(id)}`;

/** The page of the record that a task is about. */
export const taskRecordHref = (task: Task): string => recordHref(task.form, task.record, task.app);
