import type { HistoryEvent } from "@/api/types";
import { textIn } from "@/app/localized";
import { page } from "@/app/page";

/** Something that happened to a record, as its history tells it. */
export interface ToldEvent extends HistoryEvent {
  /** The step of the process at which it was done. */
  step: string;
  /** What was said with it. */
  comment: string;
}

interface Detail {
  label?: Record<string, string> | null;
  comment?: string | null;
}

/**
 * A record's history, the newest first. What a new record began with is the record itself, so
 * that only later changes are told; what a step of the process did to the record's state stands
 * with the step, not as a change of its own.
 */
export function toldEvents(events: HistoryEvent[]): ToldEvent[] {
  const steps = events.filter(({ kind }) => kind.startsWith("process_"));
  const stepOf = (event: HistoryEvent) =>
    isOfState(event) ? steps.find(({ at, by }) => at === event.at && by === event.by) : undefined;
  const told = events
    .filter((event) => !stepOf(event))
    .map((event) => {
      const detail = (event.detail ?? {}) as Detail;
      const own = /creat/.test(event.kind) ? [] : event.changes;
      const moved = events.filter((one) => stepOf(one) === event).flatMap(({ changes }) => changes);
      const step = detail.label ? textIn(detail.label, page.locale) : "";
      return { ...event, changes: [...own, ...moved], step, comment: detail.comment ?? "" };
    });
  return told.sort((a, b) => b.at.localeCompare(a.at));
}

/** Whether an event changes nothing but how the record stands in its process. */
function isOfState({ kind, changes }: HistoryEvent): boolean {
  const [only, ...others] = changes;
  return kind === "record_updated" && others.length === 0 && only?.field === "flow_status";
}
