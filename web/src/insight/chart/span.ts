import { page } from "@/app/page";
import type { Bucket, Span } from "./types";

/** The days of a bucket by its name: `2026`, `2026-Q2`, `2026-06`, `2026-06-15`. */
export function bucketSpan(name: string, bucket: Bucket): Span {
  if (bucket === "day") return { from: name, to: name };
  if (bucket === "week") return { from: name, to: addDays(name, 6) };
  const year = Number(name.slice(0, 4));
  if (bucket === "year") return monthsSpan(year, 1, 12);
  if (bucket === "quarter") return monthsSpan(year, (Number(name.slice(6)) - 1) * 3 + 1, 3);
  return monthsSpan(year, Number(name.slice(5, 7)), 1);
}

/** A period in words: `2026 年二季度`, `Q2 2026`, `2026-05-20 至 2026-06-18`. */
export function spanWords(span: Span): string {
  const year = Number(span.from.slice(0, 4));
  const month = Number(span.from.slice(5, 7));
  const same = (other: Span) => other.from === span.from && other.to === span.to;
  if (same(monthsSpan(year, 1, 12))) return yearWords(year);
  if (month % 3 === 1 && same(monthsSpan(year, month, 3))) {
    return quarterWords(year, (month + 2) / 3);
  }
  if (same(monthsSpan(year, month, 1))) return monthWords(year, month);
  if (span.from === span.to) return span.from;
  return page.locale === "en" ? `${span.from} – ${span.to}` : `${span.from} 至 ${span.to}`;
}

/** A bucket along an axis, in as few characters as the others allow. */
export function bucketLabel(name: string, bucket: Bucket, oneYear: boolean): string {
  const year = Number(name.slice(0, 4));
  if (bucket === "year") return yearWords(year);
  if (bucket === "quarter") {
    const quarter = Number(name.slice(6));
    return oneYear ? shortQuarter(quarter) : quarterWords(year, quarter);
  }
  if (bucket === "month") {
    const month = Number(name.slice(5, 7));
    return oneYear ? shortMonth(month) : monthWords(year, month);
  }
  return oneYear ? name.slice(5) : name;
}

const CHINESE_QUARTERS = ["一", "二", "三", "四"];

function yearWords(year: number): string {
  return page.locale === "en" ? String(year) : `${year} 年`;
}

function quarterWords(year: number, quarter: number): string {
  if (page.locale === "en") return `Q${quarter} ${year}`;
  return `${year} 年${shortQuarter(quarter)}`;
}

function shortQuarter(quarter: number): string {
  return page.locale === "en" ? `Q${quarter}` : `${CHINESE_QUARTERS[quarter - 1]}季度`;
}

function monthWords(year: number, month: number): string {
  return page.locale === "en" ? `${shortMonth(month)} ${year}` : `${year} 年 ${month} 月`;
}

function shortMonth(month: number): string {
  if (page.locale !== "en") return `${month} 月`;
  const day = new Date(Date.UTC(2026, month - 1, 1));
  return new Intl.DateTimeFormat("en", { month: "short", timeZone: "UTC" }).format(day);
}

function monthsSpan(year: number, month: number, count: number): Span {
  const from = new Date(Date.UTC(year, month - 1, 1));
  const to = new Date(Date.UTC(year, month - 1 + count, 0));
  return { from: dayText(from), to: dayText(to) };
}

function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return dayText(date);
}

function dayText(date: Date): string {
  return date.toISOString().slice(0, 10);
}
