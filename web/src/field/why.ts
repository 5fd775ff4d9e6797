import { t } from "@/app/i18n";

/** Why a value cannot be typed into where it stands: a text of `field.why`. */
export type Why = "computed" | "serial" | "system" | "approval" | "right" | "read" | "rule";

/** The same words at a cell of a list and beside a field; a rule's own ones where it has some. */
export function whyText(why: Why, message?: string | null): string {
  return (why === "rule" && message) || t(`field.why.${why}`);
}
