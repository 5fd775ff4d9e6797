import type { Filter } from "@/api/types";
import type { FieldDocument, FormDocument, RuleDocument } from "@/document/form/document";
import { everyField, type FieldPath, partsOf } from "@/document/form/place";
import { pathsIn } from "@/rule/formula/tokens";

/** Something of the form that reads or names a field. */
export type Use =
  | { kind: "field"; path: FieldPath }
  | { kind: "rule" | "view" | "button"; at: number }
  | { kind: "title" };

/** What of the form uses a field: what has to be looked at before it changes. */
export function usesOf(form: FormDocument, path: FieldPath): Use[] {
  const uses: Use[] = [];
  if (form.title && reads(form.title, path, null)) uses.push({ kind: "title" });
  for (const other of everyField(form)) {
    if (other.path !== path && fieldUses(other.field, partsOf(other.path).subform, path)) {
      uses.push({ kind: "field", path: other.path });
    }
  }
  form.rules?.forEach((rule, at) => {
    if (ruleUses(rule, path)) uses.push({ kind: "rule", at });
  });
  form.views?.forEach((view, at) => {
    const named = [
      ...view.columns,
      ...(view.totals ?? []),
      ...(view.sort ?? []).map((s) => s.field),
    ];
    if (named.includes(path) || (view.filter && filterFields(view.filter).includes(path))) {
      uses.push({ kind: "view", at });
    }
  });
  form.buttons?.forEach((button, at) => {
    const { action } = button;
    const set =
      "update" in action ? action.update.set : "create" in action ? action.create.set : {};
    const texts = [button.when ?? "", ...Object.values(set)];
    const named = [...(button.ask ?? []), ...("update" in action ? Object.keys(set) : [])];
    if (named.includes(path) || texts.some((text) => reads(text, path, null))) {
      uses.push({ kind: "button", at });
    }
  });
  return uses;
}

/** Whether a formula that stands at a level reads a field, or a field of the record it links to. */
function reads(formula: string, path: FieldPath, subform: string | null): boolean {
  const own = partsOf(path);
  return pathsIn(formula).some((read) => {
    if (read === path || read.startsWith(`${path}.`)) return true;
    if (own.subform === null) return read === `old.${path}` || read === `record.${path}`;
    if (own.subform !== subform) return false;
    return read === own.key || read.startsWith(`${own.key}.`) || read === `row.${own.key}`;
  });
}

function fieldUses(field: FieldDocument, subform: string | null, path: FieldPath): boolean {
  const texts = [field.formula, field.default].filter((text) => text !== undefined);
  if (texts.some((text) => reads(text, path, subform))) return true;
  const { subform: level, key } = partsOf(path);
  const fill = field.options?.fill;
  return level === subform && typeof fill === "object" && fill !== null && key in fill;
}

function ruleUses(rule: RuleDocument, path: FieldPath): boolean {
  switch (rule.kind) {
    case "check":
      return (rule.fields ?? []).includes(path) || reads(rule.that, path, null);
    case "stamp": {
      const named = [...rule.on, ...Object.keys(rule.set)];
      const texts = [rule.when ?? "", ...Object.values(rule.set)];
      return named.includes(path) || texts.some((text) => reads(text, path, null));
    }
    default:
      return rule.fields.includes(path) || reads(rule.when, path, null);
  }
}

/** The fields that a filter's conditions name. */
export function filterFields(filter: Filter): string[] {
  if ("all" in filter) return filter.all.flatMap(filterFields);
  if ("any" in filter) return filter.any.flatMap(filterFields);
  if ("not" in filter) return filterFields(filter.not);
  return [filter.field];
}
