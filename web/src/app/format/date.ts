import { t } from "../i18n";
import { page } from "../page";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A day as it stands in tables and forms: `2026-06-30`; the year is left out on request. */
export function formatDay(day: string, options: { year?: "always" | "other" } = {}): string {
  if (!DAY.test(day)) return day;
  return options.year === "other" && day.slice(0, 4) === today().slice(0, 4) ? day.slice(5) : day;
}

/** A day in words: `6 月 30 日`, `Jun 30`; with the year when it is another one. */
export function formatDayWords(day: string): string {
  if (!DAY.test(day)) return day;
  const date = new Date(`${day}T00:00:00Z`);
  const year = day.slice(0, 4) === today().slice(0, 4) ? undefined : "numeric";
  const words = new Intl.DateTimeFormat(page.locale, {
    year,
    month: page.locale === "en" ? "short" : "long",
    day: "numeric",
    timeZone: "UTC",
  });
  return spaced(words.format(date));
}

const inZone = new Intl.DateTimeFormat("en-CA", {
  timeZone: page.time_zone,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** A moment in the organisation's time zone: `2026-06-18 14:32`. */
export function formatMoment(moment: string): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return moment;
  const parts = Object.fromEntries(
    inZone.formatToParts(date).map((part) => [part.type, part.value]),
  );
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`;
}

/** The moment of a wall-clock time `2026-06-18 14:32` in the organisation's time zone. */
export function momentOf(wall: string): string {
  const asUtc = Date.parse(`${wall.replace(" ", "T")}:00Z`);
  if (Number.isNaN(asUtc)) return wall;
  // The zone's offset is that of the moment itself: one correction settles it but for the
  // hour that daylight saving skips, where any answer will do.
  const shown = (time: number) =>
    Date.parse(`${formatMoment(new Date(time).toISOString()).replace(" ", "T")}:00Z`);
  const guess = asUtc - (shown(asUtc) - asUtc);
  return new Date(guess - (shown(guess) - asUtc)).toISOString();
}

/** Today in the organisation's time zone, `YYYY-MM-DD`. */
export function today(now: Date = new Date()): string {
  return formatMoment(now.toISOString()).slice(0, 10);
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/**
 * How long ago a moment was, in words: `3 分钟前`, `昨天 16:42`, `6 月 12 日`.
 *
 * The exact moment belongs in the title of the element that shows it.
 */
export function formatRelative(moment: string, now: Date = new Date()): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return moment;
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  const relative = new Intl.RelativeTimeFormat(page.locale, { numeric: "auto" });
  const words = (amount: number, unit: Intl.RelativeTimeFormatUnit) =>
    spaced(relative.format(amount, unit));
  const distance = Math.abs(seconds);
  if (distance < MINUTE) return t("ui.just_now");
  if (distance < HOUR) return words(Math.trunc(seconds / MINUTE), "minute");
  const exact = formatMoment(moment);
  const days = dayNumber(exact.slice(0, 10)) - dayNumber(today(now));
  if (days === 0) return words(Math.trunc(seconds / HOUR), "hour");
  if (Math.abs(days) === 1) return `${words(days, "day")} ${exact.slice(11)}`;
  return formatDayWords(exact.slice(0, 10));
}

/** A span of time in its largest unit: `3 天`, `5 hr`. */
export function formatSpan(milliseconds: number): string {
  const minutes = Math.max(0, Math.round(milliseconds / 60_000));
  const [amount, unit] =
    minutes < 60
      ? [minutes, "minute"]
      : minutes < 60 * 24
        ? [Math.floor(minutes / 60), "hour"]
        : [Math.floor(minutes / 60 / 24), "day"];
  const words = new Intl.NumberFormat(page.locale, {
    style: "unit",
    unit: String(unit),
    unitDisplay: page.locale === "en" ? "long" : "short",
  });
  return spaced(words.format(Number(amount)));
}

/** How long something has waited; nothing for less than a minute, which is no wait. */
export function formatWait(since: string, now: number = Date.now()): string {
  const waited = now - Date.parse(since);
  return waited >= MINUTE * 1000 ? formatSpan(waited) : "";
}

/** Sets figures apart from Chinese characters: `6月12日` becomes `6 月 12 日`. */
function spaced(text: string): string {
  return text.replace(/(\d)(?=\p{Script=Han})/gu, "$1 ").replace(/(\p{Script=Han})(?=\d)/gu, "$1 ");
}

/** Days since 1970-01-01. */
export function dayNumber(day: string): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / 86_400_000);
}
