/**
 * Shapes of the API: those that the server's OpenAPI document describes, by the names that the
 * islands use, and what the document cannot say: which values there are, what options each kind
 * of field has, who is meant by an approver.
 */
import type { Schemas } from "./http";

/** `T` with some properties described more closely. */
type Narrow<T, N> = Omit<T, keyof N> & N;

/** A value on the wire; numbers are decimal strings, nothing is null. */
export type Value = string | number | boolean | null | string[] | LinkValue | SubformRow[];

export interface LinkValue {
  id: string;
  title: string;
}

/** A row of a subform; rows that are not stored yet have no `id`. */
export interface SubformRow {
  id?: string;
  [column: string]: Value | undefined;
}

export type Values = Record<string, Value>;

/** A record; what is not described otherwise are the values of its form's fields. */
export interface RecordValues {
  id: string;
  version: number;
  title: string;
  owner?: string | null;
  department?: string | null;
  flow_status?: string | null;
  created_at?: string;
  created_by?: string | null;
  updated_at?: string;
  updated_by?: string | null;
  [field: string]: Value | undefined;
}

export interface ChoiceOption {
  key: string;
  label: string;
  color?: number;
  retired?: boolean;
}

/** Options of a field, labels in the reader's language; which ones there are is the kind's. */
export interface FieldOptions {
  options?: ChoiceOption[];
  appearance?: "select" | "radio" | "path";
  places?: number;
  unit?: string;
  percent?: boolean;
  currency?: string;
  min?: string;
  max?: string;
  max_length?: number;
  format?: "plain" | "phone" | "email" | "url";
  precision?: "day" | "month";
  fields?: FieldScreen[];
  min_rows?: number;
  max_rows?: number;
  form?: string;
  app?: string;
  label?: string;
  icon?: string | null;
  show?: string[];
  fills?: string[];
  /** Which records of the linked form are offered. */
  filter?: Filter | null;
}

/** What the values of a field are, and what can be done with them. */
export type FieldTraits = Schemas["FieldTraits"];

/** A field kind, as designers need it. */
export type FieldKind = Schemas["FieldKindEntry"];

/** A field of a form; those that an island describes by itself have no help. */
export type FieldScreen = Narrow<
  Schemas["FieldScreen"],
  { help?: string | null; options: FieldOptions }
>;

export type SectionScreen = Schemas["SectionScreen"];

export type Sort = Schemas["SortScreen"];

export type View = Schemas["ViewScreen"];

export type ButtonKind = Schemas["ButtonKind"];

export type ButtonScreen = Narrow<Schemas["ButtonScreen"], { form?: string }>;

export type RelatedForm = Schemas["RelatedForm"];

export type Operation = Schemas["Operation"];

export type FormScreen = Narrow<
  Schemas["FormScreen"],
  {
    fields: FieldScreen[];
    system_fields: FieldScreen[];
    buttons: ButtonScreen[];
  }
>;

export type Filter = Schemas["RecordFilter"];

export type Condition = Extract<Filter, { op: unknown }>;

export type Operator = Condition["op"];

export type RecordPage = Narrow<
  Schemas["RecordList"],
  {
    records: RecordValues[];
    total?: number;
    /** The words of rules that lock fields, by record and field. */
    lock_messages?: Record<string, Record<string, string>>;
  }
>;

export type RecordScreen = Narrow<Schemas["RecordScreen"], { record: RecordValues }>;

export type HistoryChange = Narrow<Schemas["Change"], { from: Value; to: Value }>;

export type HistoryEvent = Narrow<Schemas["Event"], { changes: HistoryChange[] }>;

export type Comment = Schemas["Comment"];

/** What rules make of a field at the moment. */
export type FieldState = Schemas["FieldState"] & {
  /** The words of the rule that locks it. */
  message?: string | null;
};

export type Evaluation = Narrow<
  Schemas["Evaluated"],
  { values: Values; states: Record<string, FieldState> }
>;

export type ButtonResult = Narrow<
  Schemas["Pressed"],
  { record?: RecordValues; message?: string; draft?: { form: string; values: Values } }
>;

export type DirectoryMember = Schemas["MemberName"];

export type DirectoryDepartment = Schemas["DepartmentName"];

export type Directory = Schemas["Directory"];

export type AppEntry = Schemas["AppEntry"];

/** Who gets a task, as in the document of the flow. */
export type Approver =
  | { member: string }
  | { role: string }
  | { department_head: string }
  /** The head of the starter's department, or that many levels higher. */
  | { starter_head: number }
  | { field: string }
  | { starter: true };

export type PersonState = Schemas["PersonProgress"];

export type InstancePerson = Schemas["Person"];

export type StepKind = Schemas["StepKind"];

export type StepState = Schemas["StepProgress"];

export type ApproverMode = Schemas["ApproverMode"];

export type InstanceStep = Narrow<
  Schemas["Step"],
  {
    mode?: ApproverMode;
    branch_mode?: Schemas["BranchMode"];
    /** Who is meant, for steps that nobody has reached. */
    assignees?: Approver[];
    branches?: InstanceBranch[];
    /** Said by the browser: the instance came to its end while it stood here, or before. */
    ended?: "here" | "before";
  }
>;

export type InstanceBranch = Narrow<Schemas["Branch"], { steps: InstanceStep[] }>;

export type ReturnTarget = Schemas["ReturnTarget"];

export type InstanceLogEntry = Schemas["LogEntry"];

/** An instance that can be shown; it has begun. */
export type Instance = Narrow<
  Schemas["InstanceScreen"],
  { started_at: string; steps: InstanceStep[] }
>;

export type TaskAction = Schemas["TaskAction"];

export type Task = Schemas["TaskLine"];

export type TaskScreen = Narrow<Schemas["TaskScreen"], { record: RecordValues }>;
