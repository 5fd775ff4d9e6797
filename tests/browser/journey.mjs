// What journeys are written in: visitors, fields, buttons and the API behind them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { keepPicture, openPage, startBrowser } from "./browser.mjs";

const url = process.env.FORMWORK_URL;
const accounts = JSON.parse(process.env.FORMWORK_ACCOUNTS ?? "[]");
let browser;

/** Registers what every file of journeys needs; call it once, first. */
export function journeys() {
  before(async () => {
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
  });
}

/** A journey; `walk` gets a function that opens a visitor's page. */
export function journey(name, walk) {
  test(name, { timeout: 180_000 }, async () => {
    const pages = [];
    const visit = async (options) => {
      const page = await openPage(browser, { url, ...options });
      pages.push(page);
      return page;
    };
    try {
      await walk(visit);
      for (const page of pages) assert.deepEqual(page.faults, [], "faults of the page");
    } catch (error) {
      const places = pages.map(async (page, index) => {
        const picture = await keepPicture(page, `${name} ${index + 1}`);
        return `${page.url()} ${picture} ${page.faults.join("; ")}`;
      });
      error.message += `\n${(await Promise.all(places)).join("\n")}`;
      throw error;
    } finally {
      await Promise.all(pages.map((page) => page.context().close()));
    }
  });
}

/** An account of the example company, by its sign-in name. */
export function account(name) {
  const found = accounts.find((one) => one.account === name);
  assert.ok(found, `there is no account ${name} among ${accounts.map((one) => one.account)}`);
  return found;
}

/** The admin's account: the last that is printed with that role, else the director's. */
export function adminAccount() {
  return accounts.find((one) => /admin|管理员/i.test(one.role)) ?? accounts[0];
}

/** Signs in through the page; a new visitor for each. */
export async function signIn(visit, name, options) {
  const page = await visit(options);
  await signInWith(page, account(name));
  return page;
}

/** Signs in on a page. */
export async function signInWith(page, { account: who, password }) {
  await page.goto("/sign-in");
  await page.locator("input[name=account]").fill(who);
  await page.locator("input[name=password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.waitForURL((at) => at.pathname !== "/sign-in");
}

/**
 * Calls the API as the page's visitor; refusals throw with what the server says. Answers
 * `null` for an empty body.
 */
export async function api(page, method, path, body) {
  const { status, text } = await page.evaluate(
    async ([method, path, body]) => {
      const answer = await fetch(`/api/v1${path}`, {
        method,
        headers: body === undefined ? {} : { "content-type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      return { status: answer.status, text: await answer.text() };
    },
    [method, path, body],
  );
  assert.ok(status < 400, `${method} ${path} answers ${status}: ${text}`);
  return text === "" ? null : JSON.parse(text);
}

const catalogues = new Map();

/** Throws the draft of a document away, as it was saved last. */
export async function dropDraft(page, kind, key) {
  const draft = `/documents/${kind}/${key}/draft`;
  const { version } = await api(page, "GET", draft);
  await api(page, "DELETE", `${draft}?version=${version}`);
}

/** A text of the catalogue in the page's language, such as `form.save`. */
export async function words(page, key, params = {}) {
  const locale = await page.locator("html").getAttribute("lang");
  const [area, ...rest] = key.split(".");
  const file = new URL(`../../locales/${locale}/${area}.json`, import.meta.url);
  if (!catalogues.has(file.href)) catalogues.set(file.href, JSON.parse(readFileSync(file, "utf8")));
  const text = rest.reduce((node, step) => node?.[step], catalogues.get(file.href));
  assert.equal(typeof text, "string", `there is no text ${key} in ${locale}`);
  return text.replaceAll(/\{(\w+)\}/g, (_, name) => String(params[name] ?? ""));
}

/** A button by the key of its text. */
export async function button(page, key, params) {
  return page.getByRole("button", { name: await words(page, key, params), exact: true });
}

/** Where a field stands on a form; `root` is the page, or a dialog on it. */
export function field(root, path) {
  return root.locator(`[data-field="${path}"]`);
}

/** Types into a field, over what stands there, as a person does. */
export async function fill(root, path, text) {
  const input = field(root, path).locator("input, textarea").first();
  await input.click();
  await input.press("ControlOrMeta+a");
  await input.page().keyboard.insertText(text);
}

/** Chooses an option by its label, from buttons or from a list. */
export async function choose(page, path, label) {
  const place = field(page, path);
  const group = place.locator(".option-buttons");
  if (await group.count()) {
    await group.getByRole("button", { name: label, exact: true }).click();
    return;
  }
  await place.locator(".el-select").click();
  await openOptions(place.page()).filter({ hasText: label }).first().click();
}

/** Chooses a linked record: the first whose title holds the text. */
export async function pick(page, path, text = "") {
  const select = field(page, path).locator(".el-select");
  await select.click();
  if (text) await select.locator("input").fill(text);
  await openOptions(page).filter({ hasText: text }).first().click();
}

/** The options of the list that is open. */
export function openOptions(page) {
  return page.locator(".el-select-dropdown__item:visible");
}

/** The cell of a subform's row. */
export function cell(page, path) {
  return page.locator(`[data-cell="${path}"]`);
}

/** Types into a cell. */
export async function fillCell(page, path, text) {
  await cell(page, path).click();
  await cell(page, path).locator("input").fill(text);
}

/** Chooses a linked record in a cell. */
export async function pickCell(page, path, text) {
  await cell(page, path).click();
  const input = cell(page, path).locator("input");
  await input.click();
  await input.fill(text);
  await openOptions(page).filter({ hasText: text }).first().click();
}

/** Waits until the server has done a request of this kind, which `act` makes the page send. */
export async function answered(page, method, pattern, act) {
  const wanted = page.waitForResponse(
    (response) => response.request().method() === method && pattern.test(response.url()),
  );
  await act();
  const response = await wanted;
  // What the page navigates away from can no longer be read; a refusal does not navigate.
  const text = response.ok() ? "" : await response.text();
  assert.ok(response.ok(), `${method} ${response.url()} answers ${response.status()}: ${text}`);
}

/** Cents of a decimal text: sums of these are exact. */
export function cents(text) {
  const match = /^(-?)(\d+)(?:\.(\d{1,2}))?0*$/.exec(text ?? "");
  assert.ok(match, `“${text}” is not an amount`);
  const [, sign, whole, places = ""] = match;
  const value = BigInt(whole) * 100n + BigInt(places.padEnd(2, "0"));
  return sign === "-" ? -value : value;
}

/** Waits until a place of the page shows an amount, given in cents. */
export async function untilShown(page, selector, amount) {
  await page.waitForFunction(
    ([selector, amount]) => {
      const text = document.querySelector(selector)?.textContent?.replaceAll(/[^\d.]/g, "");
      return text !== undefined && Math.round(Number(text) * 100) === amount;
    },
    [selector, Number(amount)],
  );
}
