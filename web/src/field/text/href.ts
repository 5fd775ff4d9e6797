/**
 * Where a text of a format leads; null when it leads nowhere. What was typed before a field
 * asked for web addresses may be anything, a script too.
 */
export function textHref(format: string | undefined, text: string): string | null {
  switch (format) {
    case "email":
      return `mailto:${text}`;
    case "phone":
      return `tel:${text.replace(/[^\d+]/g, "")}`;
    case "url":
      return /^https?:\/\//.test(text) ? text : null;
    default:
      return null;
  }
}
