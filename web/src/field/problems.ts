import type { FieldScreen } from "@/api/types";
import type { ListedProblem } from "@/ui/ProblemList.vue";

/** A problem at a field (`stage`), a cell (`lines/2/qty`), or the whole record (empty path). */
export interface FieldProblem {
  path: string;
  message: string;
}

/** Places problems of the server: `/values/lines/2/qty` and `/lines/2/qty` are the same cell. */
export function placeProblems(problems: { pointer: string; message: string }[]): FieldProblem[] {
  return problems.map(({ pointer, message }) => {
    const steps = pointer
      .split("/")
      .slice(1)
      .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    return { path: (steps[0] === "values" ? steps.slice(1) : steps).join("/"), message };
  });
}

/** Why formulas have no value, of everything that is wrong, by place. */
export function placeFailures(
  problems: { code: string; pointer: string; message: string }[],
): ReadonlyMap<string, string> {
  const failed = placeProblems(problems.filter(({ code }) => code === "formula_failed"));
  return new Map(failed.map(({ path, message }) => [path, message]));
}

/** The problems as a list to show above the form, by name of field. */
export function listProblems(problems: FieldProblem[], fields: FieldScreen[]): ListedProblem[] {
  return problems.map(({ path, message }) => {
    const [key, row, column] = path.split("/");
    const field = fields.find((one) => one.key === key);
    if (!field) return { message };
    const inner = field.options.fields?.find((one) => one.key === column);
    const place = row === undefined ? "" : ` ${Number(row) + 1}`;
    const label = `${field.label}${place}${inner ? ` ${inner.label}` : ""}`;
    return { label, message, target: path };
  });
}

/** The id of the control of a field or cell, which labels and links point to. */
export function controlId(path: string): string {
  return `f-${path.replaceAll("/", "-")}`;
}
