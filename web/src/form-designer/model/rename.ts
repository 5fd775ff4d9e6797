import type { Filter } from "@/api/types";
import type { FieldDocument, FormDocument, RuleDocument } from "@/document/form/document";
import { columnsOf } from "@/document/form/document";
import { type FieldPath, partsOf } from "@/document/form/place";
import { renamePaths } from "@/rule/formula/tokens";

type Rename = (path: string) => string | null;

/** The form with a field's path written anew wherever it is named. */
export function renameReferences(form: FormDocument, from: FieldPath, to: FieldPath): FormDocument {
  const exact = (path: string) => (path === from ? to : path);
  const own = partsOf(from);
  const next = partsOf(to);
  // Views and questions of buttons take no columns of subforms.
  const stays = (path: string) => path !== from || next.subform === null;
  const formula = (subform: string | null) => (text: string) =>
    renamePaths(text, pathRename(from, to, subform));
  const top = formula(null);
  const level = (fields: FieldDocument[], subform: string | null): FieldDocument[] =>
    fields.map((field) => {
      const text = formula(subform);
      const columns = columnsOf(field);
      let options = field.options;
      if (field.options?.fill && own.subform === subform && next.subform === subform) {
        options = renamedFill(options, own.key, next.key);
      }
      if (columns.length > 0) options = { ...options, fields: level(columns, field.key) };
      return {
        ...field,
        ...(field.formula === undefined ? {} : { formula: text(field.formula) }),
        ...(field.default === undefined ? {} : { default: text(field.default) }),
        ...(options === undefined ? {} : { options }),
      };
    });
  return {
    ...form,
    ...(form.title === undefined ? {} : { title: top(form.title) }),
    fields: level(form.fields, null),
    ...(form.sections && {
      sections: form.sections.map((one) => ({ ...one, fields: one.fields.map(exact) })),
    }),
    ...(form.rules && { rules: form.rules.map((rule) => renamedRule(rule, exact, top)) }),
    ...(form.views && {
      views: form.views.map((view) => ({
        ...view,
        columns: view.columns.filter(stays).map(exact),
        ...(view.filter && { filter: mapFilter(view.filter, exact) }),
        ...(view.sort && {
          sort: view.sort
            .filter((one) => stays(one.field))
            .map((one) => ({ ...one, field: exact(one.field) })),
        }),
        ...(view.totals && { totals: view.totals.filter(stays).map(exact) }),
      })),
    }),
    ...(form.buttons && {
      buttons: form.buttons.map((button) => ({
        ...button,
        ...(button.when && { when: top(button.when) }),
        ...(button.ask && { ask: button.ask.filter(stays).map(exact) }),
        action: renamedAction(button.action, exact, top),
      })),
    }),
  };
}

function pathRename(from: FieldPath, to: FieldPath, subform: string | null): Rename {
  const own = partsOf(from);
  const next = partsOf(to);
  return (path) => {
    if (path === from) return to;
    if (own.subform === null && path.startsWith(`${from}.`)) return to + path.slice(from.length);
    for (const owner of own.subform === null ? ["old", "record"] : []) {
      if (path === `${owner}.${from}`) return `${owner}.${to}`;
    }
    if (own.subform !== null && own.subform === subform) {
      const short = next.subform === subform ? next.key : to;
      if (path === own.key) return short;
      if (path.startsWith(`${own.key}.`)) return short + path.slice(own.key.length);
      if (path === `row.${own.key}`) return `row.${next.key}`;
    }
    return null;
  };
}

function renamedFill(
  options: Record<string, unknown> | undefined,
  from: string,
  to: string,
): Record<string, unknown> | undefined {
  const fill = options?.fill;
  if (typeof fill !== "object" || fill === null) return options;
  return { ...options, fill: renamedKeys(fill as Record<string, unknown>, from, to) };
}

function renamedKeys<T>(map: Record<string, T>, from: string, to: string): Record<string, T> {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [key === from ? to : key, value]),
  );
}

function renamedRule(
  rule: RuleDocument,
  exact: (path: string) => string,
  text: (formula: string) => string,
): RuleDocument {
  if (rule.kind === "check") {
    return {
      ...rule,
      that: text(rule.that),
      ...(rule.fields && { fields: rule.fields.map(exact) }),
    };
  }
  if (rule.kind === "stamp") {
    return {
      ...rule,
      on: rule.on.map(exact),
      ...(rule.when && { when: text(rule.when) }),
      set: renamedSet(rule.set, exact, text),
    };
  }
  return { ...rule, when: text(rule.when), fields: rule.fields.map(exact) };
}

function renamedSet(
  set: Record<string, string>,
  exact: (path: string) => string,
  text: (formula: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(set).map(([key, value]) => [exact(key), text(value)]));
}

function renamedAction<T extends object>(
  action: T,
  exact: (path: string) => string,
  text: (formula: string) => string,
): T {
  if ("update" in action) {
    const { set } = action.update as { set: Record<string, string> };
    return { ...action, update: { set: renamedSet(set, exact, text) } };
  }
  if ("create" in action) {
    const create = action.create as { form: string; set: Record<string, string> };
    // The keys are fields of the other form.
    return { ...action, create: { ...create, set: renamedSet(create.set, (key) => key, text) } };
  }
  return action;
}

/** A filter with the fields of its conditions written anew. */
export function mapFilter(filter: Filter, field: (path: string) => string): Filter {
  if ("all" in filter) return { all: filter.all.map((part) => mapFilter(part, field)) };
  if ("any" in filter) return { any: filter.any.map((part) => mapFilter(part, field)) };
  if ("not" in filter) return { not: mapFilter(filter.not, field) };
  return { ...filter, field: field(filter.field) };
}

/** The form without a removed field in its lists of fields; formulas and filters stay. */
export function dropReferences(form: FormDocument, path: FieldPath): FormDocument {
  const stays = (one: string) => one !== path && !one.startsWith(`${path}.`);
  const { subform, key } = partsOf(path);
  return {
    ...form,
    fields: form.fields.map((field) => {
      if (subform === null) return withoutFill(field, key);
      if (field.key !== subform) return field;
      const fields = columnsOf(field).map((column) => withoutFill(column, key));
      return { ...field, options: { ...field.options, fields } };
    }),
    ...(form.sections && {
      sections: form.sections.map((one) => ({ ...one, fields: one.fields.filter(stays) })),
    }),
    ...(form.rules && { rules: form.rules.map((rule) => withoutField(rule, stays)) }),
    ...(form.views && {
      views: form.views.map((view) => ({
        ...view,
        columns: view.columns.filter(stays),
        ...(view.sort && { sort: view.sort.filter((one) => stays(one.field)) }),
        ...(view.totals && { totals: view.totals.filter(stays) }),
      })),
    }),
    ...(form.buttons && {
      buttons: form.buttons.map((button) => ({
        ...button,
        ...(button.ask && { ask: button.ask.filter(stays) }),
      })),
    }),
  };
}

function withoutField(rule: RuleDocument, stays: (path: string) => boolean): RuleDocument {
  if (rule.kind === "stamp") {
    const set = Object.entries(rule.set).filter(([key]) => stays(key));
    return { ...rule, on: rule.on.filter(stays), set: Object.fromEntries(set) };
  }
  return rule.fields ? { ...rule, fields: rule.fields.filter(stays) } : rule;
}

function withoutFill(field: FieldDocument, key: string): FieldDocument {
  const fill = field.options?.fill;
  if (typeof fill !== "object" || fill === null || !(key in fill)) return field;
  const rest = Object.fromEntries(Object.entries(fill).filter(([name]) => name !== key));
  const { fill: _, ...options } = field.options ?? {};
  return { ...field, options: Object.keys(rest).length > 0 ? { ...options, fill: rest } : options };
}
