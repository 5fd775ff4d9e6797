import { departmentName, memberName } from "@/api/directory";
import type { Approver, ApproverMode, Directory, InstanceStep } from "@/api/types";
import { hasText, t } from "@/app/i18n";

/** What names are found by. */
export interface Names {
  directory: Directory | null;
  /** The label of a field of the flow's form. */
  field?: (key: string) => string;
}

/** Who gets a task, in words: `财务角色`, `发起人的上级`. */
export function approverText(approver: Approver, names: Names): string {
  const { directory } = names;
  if ("member" in approver) return memberName(directory, approver.member);
  if ("role" in approver) {
    return directory?.roles.find((role) => role.key === approver.role)?.label ?? approver.role;
  }
  if ("department_head" in approver) {
    const department = departmentName(directory, approver.department_head);
    return t("instance.who.department_head", { department });
  }
  if ("starter_head" in approver) {
    const key = `instance.who.starter_head_${approver.starter_head}`;
    return hasText(key)
      ? t(key)
      : t("instance.who.starter_head_n", { n: approver.starter_head + 1 });
  }
  if ("field" in approver) {
    return t("instance.who.field", { field: names.field?.(approver.field) ?? approver.field });
  }
  return t("instance.who.starter");
}

/** Everyone who gets a task, in words, with whose decisions are needed. */
export function approversText(
  approvers: Approver[],
  mode: ApproverMode | undefined,
  names: Names,
): string {
  const people = approvers.map((approver) => approverText(approver, names));
  const text = people.join(t("ui.list_separator"));
  const several = approvers.length > 1 || approvers.some((approver) => "role" in approver);
  return mode && several ? t("instance.who_how", { who: text, how: modeText(mode) }) : text;
}

/** Whose decisions a step needs: `任一人同意`, `全部同意`, `依次同意`. */
export function modeText(mode: ApproverMode): string {
  return t(`instance.mode.${mode}`);
}

/** Of a step that was not decided: passed by, begun and broken off, or never come to. */
export function skippedText({ ended }: InstanceStep): string {
  return t(ended ? `instance.ended_${ended}` : "instance.skipped");
}
