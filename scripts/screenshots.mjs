#!/usr/bin/env node
// Takes a picture of every page from a running server with the example company.
//
//   node scripts/screenshots.mjs http://127.0.0.1:8080 ACCOUNT PASSWORD FOLDER [PART…]
//
// Each page is taken at 1440×900 and 390×844, in Chinese and English, light and dark. PART
// limits it: pages whose name holds the part, `desktop`, `phone`, `zh-CN`, `en`, `light`, `dark`.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DESKTOP, openPage, PHONE, startBrowser } from "../tests/browser/browser.mjs";
import { api, signInWith } from "../tests/browser/journey.mjs";
import { ADMIN_PAGES, pagesOf, settle } from "../tests/browser/pages.mjs";

const [url, account, password, folder, ...parts] = process.argv.slice(2);
if (!folder) {
  console.error("usage: screenshots.mjs URL ACCOUNT PASSWORD FOLDER [PART…]");
  process.exit(2);
}

const SIZES = { desktop: DESKTOP, phone: PHONE };
const LOCALES = ["zh-CN", "en"];
const THEMES = ["light", "dark"];

/** The choices of one kind that are asked for; all of them when none is named. */
const chosen = (all) => {
  const named = all.filter((one) => parts.includes(one));
  return named.length > 0 ? named : all;
};
const names = parts.filter(
  (part) => ![...Object.keys(SIZES), ...LOCALES, ...THEMES].includes(part),
);
const isWanted = (name) => names.length === 0 || names.some((part) => name.includes(part));

await mkdir(folder, { recursive: true });
const browser = await startBrowser();
let faults = 0;
for (const size of chosen(Object.keys(SIZES))) {
  const page = await openPage(browser, { url, viewport: SIZES[size] });
  if (isWanted("sign-in")) {
    await page.goto("/sign-in");
    await page.screenshot({ path: join(folder, `sign-in-${size}.png`) });
  }
  await signInWith(page, { account, password });
  const { member } = await api(page, "GET", "/session");
  const pages = [...(await pagesOf(page, api)), ...(member.is_admin ? ADMIN_PAGES : [])];
  for (const locale of chosen(LOCALES)) {
    for (const theme of chosen(THEMES)) {
      await api(page, "PATCH", "/session", { locale, theme });
      for (const { name, path } of pages.filter((one) => isWanted(one.name))) {
        await page.goto(path);
        await settle(page).catch((error) => page.faults.push(`${name}: ${error.message}`));
        const file = join(folder, `${name}-${size}-${locale}-${theme}.png`);
        await page.screenshot({ path: file });
      }
    }
  }
  await api(page, "PATCH", "/session", { locale: member.locale, theme: member.theme });
  for (const fault of page.faults) console.error(fault);
  faults += page.faults.length;
}
await browser.close();
process.exitCode = faults > 0 ? 1 : 0;
