import type { Instance, InstanceStep } from "@/api/types";
import { t } from "@/app/i18n";
import type { RadioRow } from "@/ui/RadioRows.vue";
import { stepAtHand } from "./actions";

/** The steps to go on at, indented as they stand in the flow; branches are headings. */
export function outlineOf(instance: Instance): RadioRow<string>[] {
  const here = stepAtHand(instance)?.key;
  const rows = (steps: InstanceStep[], depth: number): RadioRow<string>[] =>
    steps.flatMap((step) => [
      {
        value: step.key,
        label: step.label,
        depth,
        ...(step.key === here && { mark: t("instance.admin.here") }),
        ...(step.branches && { note: t("instance.admin.judges_again") }),
      },
      ...(step.branches ?? []).flatMap((branch) => [
        { label: t("instance.admin.branch", { branch: branch.label }), depth: depth + 1 },
        ...rows(branch.steps, depth + 2),
      ]),
    ]);
  return rows(instance.steps, 0).filter((row, index, all) => {
    // A branch without steps has nothing below its heading.
    const next = all[index + 1];
    return row.value !== undefined || (next !== undefined && (next.depth ?? 0) > (row.depth ?? 0));
  });
}
