import type { Instance, InstancePerson, InstanceStep, StepState } from "@/api/types";

/** A line of the way that an instance has gone and will go. */
export interface PathRow {
  key: string;
  step: InstanceStep;
  /** The branch on which the step stands, when it is the first of it. */
  branch: string | null;
  state: StepState;
  /** Those who did something or have to. */
  people: InstancePerson[];
}

const UNDECIDED: StepState[] = ["to_come", "current", "stuck"];

/**
 * The steps of an instance in the order in which they are gone through: branches that are
 * not taken are left out, a branching that is not decided yet stays one line. What was broken
 * off ends where it came to.
 */
export function pathRows(instance: Instance): PathRow[] {
  return rowsOf(instance.steps, null).filter(({ step }) => step.ended !== "before");
}

function rowsOf(steps: InstanceStep[], branch: string | null): PathRow[] {
  return steps.flatMap((step, index) => {
    const first = index === 0 ? branch : null;
    if (step.kind !== "branch") return [row(step, first)];
    const taken = step.branches?.filter((one) => one.taken) ?? [];
    const inside = taken.flatMap((one) => rowsOf(one.steps, one.label));
    return UNDECIDED.includes(step.state) || step.ended === "here"
      ? [row(step, first), ...inside]
      : inside;
  });
}

function row(step: InstanceStep, branch: string | null): PathRow {
  const people = step.people.filter((person) => person.state !== "void");
  return { key: step.key, step, branch, state: step.state, people };
}
