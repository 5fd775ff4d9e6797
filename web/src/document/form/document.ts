import type { Filter, Sort } from "@/api/types";
import type { Localized } from "@/app/localized";

export interface FieldDocument {
  key: string;
  kind: string;
  label: Localized;
  help?: Localized;
  required?: boolean;
  unique?: boolean;
  read_only?: boolean;
  /** Keeps its value while a rule does not show it. */
  keep_when_hidden?: boolean;
  /** Expression for the value of a new record or row. */
  default?: string;
  /** Expression that computes the value always. */
  formula?: string;
  /** The kind's own options; a subform's columns are `options.fields`. */
  options?: Record<string, unknown>;
}

export interface SectionDocument {
  label?: Localized;
  /** 1 when absent. */
  columns?: number;
  fields: string[];
}

export type RuleDocument =
  | { kind: "show" | "require"; when: string; fields: string[] }
  | { kind: "read_only"; when: string; fields: string[]; message?: Localized }
  | { kind: "check"; that: string; message: Localized; fields?: string[] }
  | { kind: "stamp"; on: string[]; when?: string; set: Record<string, string> };

export interface ViewDocument {
  key: string;
  label: Localized;
  columns: string[];
  filter?: Filter;
  sort?: { field: string; descending?: boolean }[];
  totals?: string[];
}

export type ButtonAction =
  | { create: { form: string; set: Record<string, string> } }
  | { update: { set: Record<string, string> } }
  | { script: string };

export interface ButtonDocument {
  key: string;
  label: Localized;
  icon?: string;
  when?: string;
  primary?: boolean;
  ask?: string[];
  action: ButtonAction;
}

/** A form as it is stored; see the JSON Schema of documents of the kind `form`. */
export interface FormDocument {
  key: string;
  app: string;
  label: Localized;
  icon?: string;
  /** Formula for a record's title. */
  title?: string;
  fields: FieldDocument[];
  sections?: SectionDocument[];
  rules?: RuleDocument[];
  views?: ViewDocument[];
  buttons?: ButtonDocument[];
}

/** A form with nothing on it yet. */
export function emptyForm(key: string, app: string, label: Localized): FormDocument {
  return { key, app, label, fields: [], sections: [{ columns: 2, fields: [] }] };
}

/** Whether a field holds rows with columns of their own. */
export function hasColumns(field: FieldDocument): boolean {
  return Array.isArray(field.options?.fields);
}

/** A subform's columns; of other kinds none. */
export function columnsOf(field: FieldDocument): FieldDocument[] {
  return hasColumns(field) ? (field.options?.fields as FieldDocument[]) : [];
}

/** A view's order as the API writes it. */
export function sortOf(view: ViewDocument): Sort[] {
  return (view.sort ?? []).map(({ field, descending }) => ({
    field,
    descending: descending ?? false,
  }));
}
