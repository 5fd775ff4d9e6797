import type { FormScreen, Instance, RecordScreen, Value } from "@/api/types";
import { allSteps } from "@/flow/admin/actions";
import { pathsIn } from "@/rule/formula/tokens";

/** A field that a condition needs and that has no value. */
export interface Lacking {
  label: string;
  /** Why its formula has none. */
  why: string | null;
}

/**
 * The fields without a value that the condition reads at which an instance is stuck: of the
 * first branch that reads one, since those before it were told.
 */
export function lackingFields(
  instance: Instance,
  form: FormScreen,
  { record, failures }: Pick<RecordScreen, "record" | "failures">,
): Lacking[] {
  const step = allSteps(instance.steps).find((one) => one.state === "stuck");
  for (const branch of step?.branches ?? []) {
    const roots = new Set(pathsIn(branch.when ?? "").map((path) => path.split(".")[0] ?? ""));
    const empty = form.fields.filter((one) => roots.has(one.key) && isEmpty(record[one.key]));
    if (empty.length > 0) {
      return empty.map(({ key, label }) => {
        const failure = failures.find((one) => one.pointer === `/${key}`);
        return { label, why: failure?.message ?? null };
      });
    }
  }
  return [];
}

function isEmpty(value: Value | undefined): boolean {
  return value == null || value === "" || (Array.isArray(value) && value.length === 0);
}
