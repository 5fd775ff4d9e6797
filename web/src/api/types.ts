/** Shapes of the API, as `docs` and the OpenAPI document describe them. */

/** The keys of the field kinds, one component folder each in `web/src/field/`. */
export type KindKey =
  | "boolean"
  | "choice"
  | "choices"
  | "date"
  | "datetime"
  | "department"
  | "departments"
  | "link"
  | "long_text"
  | "member"
  | "members"
  | "money"
  | "number"
  | "serial"
  | "subform"
  | "text";

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

export interface FieldScreen {
  key: string;
  kind: KindKey;
  label: string;
  help?: string | null;
  required: boolean;
  /** A formula computes it. */
  computed: boolean;
  access: "edit" | "read";
  options: FieldOptions;
}

export interface SectionScreen {
  label: string | null;
  columns: number;
  fields: string[];
}

export interface Sort {
  field: string;
  descending: boolean;
}

export interface View {
  key: string;
  label: string;
  columns: string[];
  filter?: Filter | null;
  sort: Sort[];
  totals: string[];
}

export type ButtonKind = "create" | "update" | "script";

export interface ButtonScreen {
  key: string;
  label: string;
  icon: string | null;
  primary: boolean;
  /** Fields that are asked for first. */
  ask: string[];
  kind: ButtonKind;
  form?: string;
}

export interface RelatedForm {
  form: string;
  app: string;
  label: string;
  icon: string | null;
  /** The link field there that leads here. */
  field: string;
}

export type Operation = "view" | "create" | "update" | "delete" | "export";

export interface FormScreen {
  key: string;
  app: string;
  label: string;
  icon: string | null;
  revision: number;
  fields: FieldScreen[];
  system_fields: FieldScreen[];
  sections: SectionScreen[];
  views: View[];
  buttons: ButtonScreen[];
  operations: Operation[];
  flow: { key: string; label: string } | null;
  related: RelatedForm[];
}

export type Operator =
  | "eq"
  | "ne"
  | "lt"
  | "lte"
  | "gt"
  | "gte"
  | "between"
  | "in"
  | "not_in"
  | "contains"
  | "not_contains"
  | "starts_with"
  | "has_any"
  | "has_all"
  | "in_period"
  | "empty"
  | "not_empty";

export interface Condition {
  field: string;
  op: Operator;
  value?: unknown;
}

export type Filter = { all: Filter[] } | { any: Filter[] } | { not: Filter } | Condition;

export interface RecordPage {
  records: RecordValues[];
  next: string | null;
  total?: number;
}

export interface RecordScreen {
  record: RecordValues;
  fields: Record<string, "edit" | "read">;
  operations: Operation[];
  /** The buttons that are offered now. */
  buttons: string[];
  task: { id: string } | null;
  /** Whether the record has a process to show. */
  process: boolean;
}

export interface HistoryChange {
  field: string;
  label: string;
  from: Value;
  to: Value;
}

export interface HistoryEvent {
  id: string;
  at: string;
  by: string | null;
  kind: string;
  changes: HistoryChange[];
  detail?: unknown;
}

export interface Comment {
  id: string;
  at: string;
  by: string;
  text: string;
}

/** What rules make of a field at the moment. */
export interface FieldState {
  visible: boolean;
  required: boolean;
  read_only: boolean;
}

export interface Evaluation {
  values: Values;
  /** By `field`, `subform.column`, and `subform/index/column` where a row differs. */
  states: Record<string, FieldState>;
  problems: { code: string; pointer: string; message: string }[];
}

export interface ButtonResult {
  record?: RecordValues;
  created?: { form: string; id: string }[];
  message?: string;
  draft?: { form: string; values: Values };
}

export interface DirectoryMember {
  id: string;
  name: string;
  department: string | null;
  active: boolean;
}

export interface DirectoryDepartment {
  id: string;
  name: string;
  parent: string | null;
  head: string | null;
}

export interface Directory {
  members: DirectoryMember[];
  departments: DirectoryDepartment[];
  roles: { key: string; label: string }[];
}

export interface AppEntry {
  key: string;
  label: string;
  icon: string | null;
  color: number | null;
  navigation: {
    label: string | null;
    items: { kind: "form" | "dashboard"; key: string; label: string; icon: string | null }[];
  }[];
}

/** Who gets a task, as in the document of the flow. */
export type Approver =
  | { member: string }
  | { role: string }
  | { department_head: string }
  /** The head of the starter's department, or that many levels higher. */
  | { starter_head: number }
  | { field: string }
  | { starter: true };

export type PersonState =
  | "open"
  | "waiting"
  | "approved"
  | "submitted"
  | "rejected"
  | "returned"
  | "transferred"
  | "void"
  | "copied";

export interface ProcessPerson {
  member: string;
  state: PersonState;
  comment?: string | null;
  at?: string | null;
}

export type StepKind = "approve" | "fill" | "copy_to" | "branch" | "act";

export type StepState = "done" | "current" | "to_come" | "skipped" | "returned";

export type ApproverMode = "any" | "all" | "in_order";

export interface ProcessStep {
  key: string;
  label: string;
  kind: StepKind;
  mode?: ApproverMode;
  branch_mode?: "first" | "every";
  state: StepState;
  /** When the instance came here last. */
  entered_at?: string | null;
  /** Who is meant, for steps that nobody has reached. */
  assignees?: Approver[];
  people: ProcessPerson[];
  branches?: ProcessBranch[];
}

export interface ProcessBranch {
  key: string;
  label: string;
  when: string | null;
  taken: boolean;
  steps: ProcessStep[];
}

export type ReturnTarget = "starter" | { starter: true } | { step: string };

export interface ProcessLogEntry {
  at: string;
  by: string | null;
  action: string;
  step: string | null;
  label: string | null;
  comment: string | null;
  target: ReturnTarget | null;
  /** To whom: the new holder of a task, or those who were told. */
  members?: string[];
}

export interface Process {
  flow: { key: string; label: string; version: number };
  state: "running" | "completed" | "rejected" | "withdrawn" | "returned";
  started_at: string;
  finished_at?: string | null;
  starter: string;
  steps: ProcessStep[];
  log: ProcessLogEntry[];
}

export type TaskAction = "approve" | "reject" | "return" | "transfer";

export interface Task {
  id: string;
  /** Of those that the reader started, the task stands for the whole process. */
  kind: "approve" | "fill" | "copy" | "started";
  title: string;
  app: string;
  form: string;
  form_label: string;
  record: string;
  step: string;
  step_label: string;
  flow_label: string;
  starter: string;
  arrived_at: string;
  done_at: string | null;
  /** What came of it; of a process, its state. */
  action: string | null;
  summary: { label: string; text: string }[];
}

export interface TaskScreen {
  task: Task;
  state: "open" | "done" | "void";
  record: RecordValues;
  fields: Record<string, "edit" | "read">;
  actions: TaskAction[];
  return_targets: { target: ReturnTarget; label: string }[];
  required: string[];
}
