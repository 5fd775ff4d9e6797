import { t } from "@/app/i18n";
import { bucketLabel } from "./span";
import type { ChartData, ChartSeries, Part } from "./types";

/** The name of a series; those that are computed have theirs in the catalogue. */
export function seriesLabel(series: ChartSeries): string {
  return series.label ?? t(`dashboard.role.${series.role}`);
}

/** The name of one part of a group. */
export function partLabel(data: ChartData, part: Part, index: number): string {
  if (part.key === null) return t("dashboard.nothing_filled_in");
  const bucket = data.dimensions[index]?.bucket;
  if (!bucket) return part.label ?? part.key;
  return bucketLabel(part.key, bucket, isOneYear(data, index));
}

/** The name of a group: its parts with a cross between them. */
export function categoryLabel(data: ChartData, category: Part[]): string {
  return category.map((part, index) => partLabel(data, part, index)).join(" × ");
}

/** The series with a role, if the chart has one. */
export function seriesOf(
  data: ChartData,
  role: ChartSeries["role"],
  of?: string,
): ChartSeries | undefined {
  return data.series.find((series) => series.role === role && (!of || series.of === of));
}

/** Whether there is nothing to draw: no group, or no number but zero. */
export function isEmpty(data: ChartData): boolean {
  if (data.kind === "kpi" || data.kind === "gap") return false;
  const own = data.series.filter((series) => series.drill);
  return own.every((series) => series.values.every((value) => value === null || !Number(value)));
}

function isOneYear(data: ChartData, index: number): boolean {
  const years = data.categories.map((category) => category[index]?.key?.slice(0, 4));
  return new Set(years).size === 1;
}
