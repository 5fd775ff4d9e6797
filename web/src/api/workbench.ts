import { send } from "./http";
import type { Task } from "./types";

/** The reader's first page. */
export interface Workbench {
  /** What waits, the newest first; not all of it. */
  tasks: Task[];
  /** Processes that the reader started. */
  started: Task[];
  numbers: { open_tasks: number };
}

export const getWorkbench = (signal?: AbortSignal): Promise<Workbench> =>
  send("GET", "/workbench", { signal });
