import type { DepartmentEntry } from "@/api/admin";
import { textIn } from "@/app/localized";

/** A department at its place in the tree. */
export interface DepartmentNode {
  department: DepartmentEntry;
  label: string;
  depth: number;
  /** Its id and those of all below it. */
  ids: string[];
}

/** The departments from top to bottom, children under their parents, in their own order. */
export function departmentTree(departments: DepartmentEntry[], locale: string): DepartmentNode[] {
  const known = new Set(departments.map((one) => one.id));
  const sorted = departments.toSorted(
    (a, b) =>
      a.position - b.position ||
      textIn(a.name, locale).localeCompare(textIn(b.name, locale), locale),
  );
  const under = (parent: string | null, depth: number): DepartmentNode[] =>
    sorted
      .filter((one) => (one.parent && known.has(one.parent) ? one.parent : null) === parent)
      .flatMap((department) => {
        const below = under(department.id, depth + 1);
        const ids = [department.id, ...below.map((node) => node.department.id)];
        return [{ department, label: textIn(department.name, locale), depth, ids }, ...below];
      });
  return under(null, 0);
}
