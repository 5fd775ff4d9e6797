import type { Instance, InstanceStep } from "@/api/types";
import { isOver } from "@/flow/admin/actions";

/**
 * The instance as it is shown. Where it was ended, nobody stands any more.
 */
export function truthful(instance: Instance): Instance {
  const ended = isOver(instance.state) && !instance.stuck;
  const last = instance.log.at(-1);
  /** An admin's end leaves no trace at the step itself. */
  const endedAt = last?.action === "end" ? last.step : null;
  const brokenOff = ended && instance.state !== "completed";
  const draw = (step: InstanceStep): InstanceStep => {
    const stood = step.state === "stuck" || step.state === "current";
    const here = ended && (stood || step.key === endedAt);
    const before = !here && brokenOff && step.state === "skipped" && step.entered_at === null;
    const branches = step.branches?.map((branch) => ({
      ...branch,
      steps: branch.steps.map(draw),
    }));
    return {
      ...step,
      ...(branches && { branches }),
      ...(here && { state: "skipped", ended: "here" }),
      ...(before && { ended: "before" }),
    };
  };
  return { ...instance, steps: instance.steps.map(draw) };
}
