import type { Instance, InstanceStep } from "@/api/types";
import { t } from "@/app/i18n";
import { type ConditionNames, conditionPieces } from "@/rule/formula/sentence";
import { approversText, modeText, type Names, skippedText } from "./describe";
import type { TreeStep } from "./layout";
import { STEPS } from "./steps";

/** The steps of an instance as they are drawn: who did what, or who is meant. */
export function instanceTree(
  instance: Instance,
  names: Names,
  condition: ConditionNames,
): TreeStep[] {
  const draw = (step: InstanceStep): TreeStep => ({
    key: step.key,
    label: step.label,
    kind: step.kind,
    detail: stepDetail(step, names),
    state: step.state,
    left: step.state === "skipped" && step.entered_at === null,
    branches: step.branches?.map((branch) => ({
      key: branch.key,
      label: branch.label,
      condition: branch.when ? conditionPieces(branch.when, condition) : null,
      taken: branch.taken,
      steps: branch.steps.map(draw),
    })),
  });
  return instance.steps.map(draw);
}

/** Who acted, who has to act, or who is meant. */
export function stepDetail(step: InstanceStep, names: Names): string {
  const { alone } = STEPS[step.kind];
  if (step.state === "stuck") return t("instance.stuck_here");
  if (step.ended) return skippedText(step);
  if (alone) return t(alone(step.branch_mode));
  if (step.state === "skipped") return skippedText(step);
  const people = step.people.filter((person) => person.state !== "void");
  if (people.length === 0) return approversText(step.assignees ?? [], step.mode, names);
  const members = people.map(({ member }) =>
    names.directory?.members.find(({ id }) => id === member),
  );
  const text = members
    .map((member, index) => member?.name ?? people[index]?.member ?? "")
    .join(t("ui.list_separator"));
  return step.mode && people.length > 1
    ? t("instance.who_how", { who: text, how: modeText(step.mode) })
    : text;
}
