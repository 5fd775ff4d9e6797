import "./styles.css";
import "@/ui/element.css";
import { provideGlobalConfig } from "element-plus";
import { type Component, createApp } from "vue";
import { i18nPlugin, loadTexts } from "./i18n";
import { page } from "./page";

/** The areas of texts that every island needs. */
const COMMON = ["ui", "field"];

/**
 * Puts a component in the place of the page's skeleton, with the reader's language.
 *
 * `areas` name the catalogue files (`locales/<language>/<area>.json`) that the island uses
 * besides the common ones.
 */
export async function mountIsland(root: Component, areas: string[]): Promise<void> {
  const place = document.getElementById("island");
  if (!place) return;
  const [language] = await Promise.all([elementLanguage(), loadTexts([...COMMON, ...areas])]);
  const app = createApp(root);
  app.use(i18nPlugin);
  provideGlobalConfig({ locale: language, zIndex: 2000 }, app, true);
  place.replaceChildren();
  app.mount(place);
}

async function elementLanguage() {
  const module =
    page.locale === "en"
      ? await import("element-plus/es/locale/lang/en.mjs")
      : await import("element-plus/es/locale/lang/zh-cn.mjs");
  return module.default;
}
