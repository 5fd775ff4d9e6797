/** A text of a document: one for every language, or one for each. */
export type Localized = string | Record<string, string>;

/** The text for a reader: their language, then Chinese, then English, then any. */
export function textIn(text: Localized | undefined, locale: string): string {
  if (text === undefined) return "";
  if (typeof text === "string") return text;
  const found = [locale, "zh-CN", "en"].find((tag) => text[tag]);
  return (found ? text[found] : Object.values(text)[0]) ?? "";
}

/** The text with one language set; an emptied language goes, and the whole with the last. */
export function withText(
  text: Localized | undefined,
  locale: string,
  value: string,
): Localized | undefined {
  const texts: Record<string, string> =
    typeof text === "string" ? { "zh-CN": text, en: text } : { ...text };
  if (value) texts[locale] = value;
  else delete texts[locale];
  return Object.keys(texts).length > 0 ? texts : undefined;
}
