// A browser with nothing of an earlier run in it, and pages that know what may not happen.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "./modules.mjs";

const RESULTS = new URL("./results/", import.meta.url).pathname;
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where Chromium is. */
export const CHROMIUM = process.env.FORMWORK_CHROMIUM ?? "/usr/bin/chromium";
export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** Starts Chromium; `close` ends it. */
export async function startBrowser() {
  // Chromium's own sandbox does not work for root.
  const isRoot = process.getuid?.() === 0;
  // The driver makes a new, empty folder for the profile and removes it at the end.
  return chromium.launch({
    executablePath: CHROMIUM,
    args: isRoot ? [...FLAGS, "--no-sandbox"] : FLAGS,
  });
}

/**
 * Opens a page of a visitor that nobody knows yet. What the page reports as an error, or a
 * request that the server fails at, is kept in `page.faults`.
 */
export async function openPage(browser, { url, viewport = DESKTOP, ...options }) {
  const phone = viewport.width < 768;
  const context = await browser.newContext({
    baseURL: url,
    viewport,
    deviceScaleFactor: 1,
    hasTouch: phone,
    isMobile: phone,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(`script: ${error.message}`));
  page.on("response", (response) => {
    if (response.status() >= 500) page.faults.push(`${response.status()} ${response.url()}`);
  });
  page.on("console", (message) => {
    const text = message.text();
    // Refusals are part of the journeys; Chromium writes each of them to the console.
    if (message.type() === "error" && !text.startsWith("Failed to load resource")) {
      page.faults.push(`console: ${text}`);
    }
  });
  return page;
}

/** Keeps a picture of where a journey broke. */
export async function keepPicture(page, name) {
  await mkdir(RESULTS, { recursive: true });
  const file = join(RESULTS, `${name.replaceAll(/[^\p{L}\p{N}]+/gu, "-")}.png`);
  await page.screenshot({ path: file }).catch(() => {});
  return file;
}
