import { memberName } from "@/api/directory";
import type { InNeed } from "@/api/instances";
import type { Directory } from "@/api/types";
import { t } from "@/app/i18n";
import type { StepIn } from "@/flow/admin/actions";

/** Why an instance waits for an admin, which decides how it can be helped. */
export type Cause = "unreadable" | "stuck" | "absent" | "returned";

/** Instances with one cause. */
export interface Need {
  key: string;
  cause: Cause;
  /** What failed, for programs. */
  code: string | null;
  flow: string;
  /** What has happened, in a sentence. */
  title: string;
  of: InNeed[];
}

/** The main repair of each cause, then what else can be done. */
export const REPAIRS: Record<Cause, StepIn[]> = {
  unreadable: ["end"],
  stuck: ["resume", "jump", "end"],
  absent: ["reassign", "jump", "end"],
  returned: ["jump", "end"],
};

/** What happens as long as nobody does anything: a text of `instance.attention`. */
export const CONSEQUENCES: Record<Cause, string> = {
  unreadable: "unreadable_text",
  stuck: "stuck",
  absent: "absent_text",
  returned: "returned_text",
};

/** What failed for reasons that do not stand in the record: changing it would help nothing. */
const NOT_OF_RECORD = ["nobody_to_approve", "forbidden", "instance_too_long"];

/** Whether what is stuck may go on after somebody has changed the record. */
export const isMendedByEdit = ({ cause, code }: Need): boolean =>
  cause === "stuck" && !NOT_OF_RECORD.includes(code ?? "");

export function causeOf({ line, reason }: InNeed): Cause {
  if (line.problem) return "unreadable";
  if (reason !== null) return "stuck";
  return line.action === "returned" ? "returned" : "absent";
}

/** What waits, put together by cause; the group and the instance that wait longest come first. */
export function needsOf(instances: InNeed[], directory: Directory | null): Need[] {
  const oldest = (a: InNeed, b: InNeed) => a.line.arrived_at.localeCompare(b.line.arrived_at);
  const found = new Map<string, Need>();
  for (const one of [...instances].sort(oldest)) {
    const cause = causeOf(one);
    const title = one.reason ?? absentText(one.absent, directory);
    const key = [one.line.flow_label, cause, one.code ?? "", title].join("\n");
    const need = found.get(key) ?? {
      key,
      cause,
      code: one.code,
      flow: one.line.flow_label,
      title,
      of: [],
    };
    need.of.push(one);
    found.set(key, need);
  }
  return [...found.values()];
}

function absentText(members: string[], directory: Directory | null): string {
  const who = members.map((member) => memberName(directory, member)).join(t("ui.list_separator"));
  return t("instance.attention.absent", { who });
}
