import { createI18n } from "vue-i18n";
import { page } from "./page";

type Messages = Record<string, unknown>;

/** One lazy chunk for each file of the catalogue; only those that are asked for are fetched. */
const FILES = import.meta.glob<{ default: Messages }>("../../../locales/*/*.json");

const i18n = createI18n({
  legacy: false,
  locale: page.locale,
  fallbackLocale: [],
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
});

/** The plugin that gives components `$t`. */
export const i18nPlugin = i18n;

/** Fetches areas of texts in the reader's language. An area that has no file is skipped. */
export async function loadTexts(areas: string[]): Promise<void> {
  const wanted = areas.map(async (area) => {
    const file = FILES[`../../../locales/${page.locale}/${area}.json`];
    if (!file) return;
    const module = await file();
    i18n.global.mergeLocaleMessage(page.locale, { [area]: module.default });
  });
  await Promise.all(wanted);
}

/** The text of a key such as `grid.new`, with its parameters filled in. */
export function t(key: string, params: Record<string, unknown> = {}): string {
  return i18n.global.t(key, params);
}

/** As [`t`], choosing the form of the word by a count: `"{n} row | {n} rows"`. */
export function tn(key: string, count: number, params: Record<string, unknown> = {}): string {
  return i18n.global.t(key, { n: count, ...params }, count);
}

/** Whether there is a text for a key. */
export function hasText(key: string): boolean {
  return i18n.global.te(key);
}
