import { answer, api } from "@/api/http";
import type { ChartData } from "@/insight/chart/types";
import type { Picked } from "./picked";

/** A dashboard as it is drawn, in the reader's language. */
export interface DashboardScreen {
  key: string;
  app: string;
  label: string;
  filters: DashboardFilter[];
  charts: ChartScreen[];
}

export interface DashboardFilter {
  key: string;
  label: string;
  kind: "period" | "field";
  default: unknown;
  /** The form and the field of a field filter. */
  form?: string;
  field?: string;
  /** What a field filter offers; none when records are to be searched for. */
  options?: FilterOption[];
}

export interface FilterOption {
  value: string;
  label: string;
}

export interface ChartScreen {
  key: string;
  kind: string;
  label: string;
  note: string | null;
  size: { columns: number; rows: number };
}

export function getDashboard(key: string, signal?: AbortSignal): Promise<DashboardScreen> {
  const params = { path: { key } };
  return answer(api.GET("/dashboards/{key}", { params, signal })) as Promise<DashboardScreen>;
}

/** The numbers of one chart for the picked filters. */
export async function getChart(
  dashboard: string,
  chart: string,
  filters: Picked,
  signal?: AbortSignal,
): Promise<ChartData> {
  const params = { path: { key: dashboard, chart } };
  const body = { filters };
  // What the numbers are made of is the chart kind's; the document leaves it open.
  const numbers: unknown = await answer(
    api.POST("/dashboards/{key}/charts/{chart}", { params, body, signal }),
  );
  return numbers as ChartData;
}
