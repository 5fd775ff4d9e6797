import type { Filter } from "@/api/types";
import type { DecimalText } from "@/app/format";

/** What a chart is drawn from; `crates/insight/src/data.rs` describes it. */
export interface ChartData {
  kind: string;
  period: Span | null;
  /** The column that today lies in, when time runs along the chart. */
  running?: string;
  dimensions: ChartDimension[];
  /** The groups, in order: one part for each dimension. */
  categories: Part[][];
  series: ChartSeries[];
  /** How many groups lie beyond the limit. */
  rest?: number;

  stacked?: boolean;
  horizontal?: boolean;
  area?: boolean;
  cumulative?: boolean;
  pace?: Pace | null;
  figures?: Figure[];
}

export interface Span {
  from: string;
  to: string;
}

export type Bucket = "day" | "week" | "month" | "quarter" | "year";

export interface ChartDimension {
  key: string;
  label: string | null;
  bucket: Bucket | null;
}

/** One dimension's part of a group; no key is "nothing filled in". */
export interface Part {
  key: string | null;
  label: string | null;
}

export type Role =
  | "value"
  | "plan"
  | "plan_to_date"
  | "baseline"
  | "actual"
  | "rate"
  | "gap"
  | "share"
  | "yoy"
  | "mom"
  | "response";

export type NumberFormat = "money" | "number" | "percent";

/** A number that cannot be computed, or not yet, is null: never zero. */
export type Figured = DecimalText | null;

export interface ChartSeries {
  key: string;
  role: Role;
  of?: string;
  label: string | null;
  format: NumberFormat;
  unit: string | null;
  values: Figured[];
  total: Figured;
  rest?: Figured;
  drill?: Drill;
}

/** How to list the records behind the points of a series. */
export interface Drill {
  form: string;
  filter: Filter;
  dimensions: { field: string; bucket: Bucket | null }[];
}

export interface Pace {
  plan_to_date: DecimalText;
  pace: Figured;
  forecast: Figured;
  required_rate: Figured;
}

export interface Figure {
  key: string;
  label: string;
  format: NumberFormat;
  unit: string | null;
  value: Figured;
  target: Figured;
  achievement: Figured;
  pace: Pace | null;
  changes: { role: "yoy" | "mom"; value: Figured; points: boolean }[];
  lower_is_better: boolean;
  drill?: Drill;
}

export interface GapChart extends ChartData {
  plan: DecimalText;
  baseline: Figured;
  actual: DecimalText;
  gap: DecimalText;
  achievement: Figured;
  assumption: Figured;
  execution: Figured;
  /** The parts of the gap, assumption first. */
  shares: [DecimalText, DecimalText] | null;
  factors: GapFactor[];
  /** The main cause of each group. */
  causes: ({ factor: string; effect: DecimalText } | null)[];
  groupings: { key: string; label: string }[];
  grouping: string | null;
}

export interface GapFactor {
  key: string;
  label: string;
  format: NumberFormat;
  unit: string | null;
  plan: Figured;
  baseline: Figured;
  actual: Figured;
  direct: DecimalText;
  share: Figured;
  assumption: Figured;
  execution: Figured;
  total: DecimalText;
}

/** What a click on a chart means: the records of a series, of one group or of all. */
export interface Point {
  series: ChartSeries;
  category?: Part[];
}
