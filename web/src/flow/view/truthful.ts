import type { Instance, InstanceStep } from "@/api/types";
import { isOver } from "@/flow/admin/actions";

/**
 * The instance as it is shown. Where it is stuck at a branching, nothing is decided: what stands
 * on the branches is still to come. Where it was ended, nobody stands any more.
 */
export function truthful(instance: Instance): Instance {
  const ended = isOver(instance.state) && !instance.stuck;
  const last = instance.log.at(-1);
  /** An admin's end leaves no trace at the step itself. */
  const endedAt = last?.action === "end" ? last.step : null;
  const brokenOff = ended && instance.state !== "completed";
  const draw = (step: InstanceStep, open: boolean): InstanceStep => {
    const stopped = step.state === "stuck";
    const here = ended && (stopped || step.state === "current" || step.key === endedAt);
    const before = !here && brokenOff && step.state === "skipped" && step.entered_at === null;
    const branches = step.branches?.map((branch) => ({
      ...branch,
      steps: branch.steps.map((one) => draw(one, !ended && !branch.taken && (open || stopped))),
    }));
    return {
      ...step,
      ...(branches && { branches }),
      ...(open && step.state === "skipped" && { state: "to_come" }),
      ...(here && { state: "skipped", ended: "here" }),
      ...(before && { ended: "before" }),
    };
  };
  return { ...instance, steps: instance.steps.map((step) => draw(step, false)) };
}
