// What every visitor does: sign in and out, choose a language and an appearance, and work
// with the keyboard alone.
import assert from "node:assert/strict";
import { account, api, journey, journeys, signIn } from "../journey.mjs";
import { settle } from "../pages.mjs";
import { PHONE } from "../browser.mjs";

journeys();

journey("a wrong password is refused, the right one leads to where one wanted to go", async (visit) => {
  const page = await visit();
  await page.goto("/apps/crm/forms/account");
  await page.waitForURL(/\/sign-in\?return=/);
  const { account: name, password } = account("chen.yu");
  await page.locator("input[name=account]").fill(name);
  await page.locator("input[name=password]").fill("not the password");
  await page.locator("button[type=submit]").click();
  await page.locator("[data-alert]:not([hidden])").waitFor();
  await page.locator("input[name=password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.waitForURL("**/apps/crm/forms/account");
});

journey("language and appearance follow the member", async (visit) => {
  const page = await signIn(visit, "chen.yu");
  const html = page.locator("html");
  assert.equal(await html.getAttribute("lang"), "zh-CN");
  const menus = page.locator(".topbar details.drop");
  await menus.nth(1).locator("summary").click();
  await Promise.all([
    page.waitForResponse((answer) => answer.request().method() === "PATCH"),
    page.locator(".topbar [data-theme-choice=dark]").click(),
  ]);
  assert.equal(await html.getAttribute("data-theme"), "dark");
  await menus.first().locator("summary").click();
  await Promise.all([
    page.waitForEvent("domcontentloaded"),
    page.locator(".topbar [data-locale=en]").click(),
  ]);
  await page.locator("html[lang=en]").waitFor({ state: "attached" });

  const other = await signIn(visit, "chen.yu", { viewport: PHONE });
  assert.equal(await other.locator("html").getAttribute("lang"), "en");
  assert.equal(await other.locator("html").getAttribute("data-theme"), "dark");
  await api(other, "PATCH", "/session", { locale: "zh-CN", theme: "light" });
});

journey("signing out everywhere ends every session", async (visit) => {
  const here = await signIn(visit, "ye.zi");
  const there = await signIn(visit, "ye.zi");
  // A page that is still asking for something leads to sign-in by itself.
  for (const page of [here, there]) await settle(page);
  await api(here, "DELETE", "/sessions");
  for (const page of [here, there]) {
    await page.goto("/tasks");
    await page.waitForURL(/\/sign-in/);
  }
});

journey("signing out by the menu", async (visit) => {
  const page = await signIn(visit, "ye.zi");
  await page.locator(".rail details.drop summary").click();
  await page.locator(".rail [data-sign-out]").click();
  await page.waitForURL(/\/sign-in/);
});

journey("a list can be walked with the keyboard alone", async (visit) => {
  const page = await signIn(visit, "chen.yu");
  await page.goto("/apps/crm/forms/opportunity");
  const grid = page.getByRole("grid");
  await grid.locator("[role=row].rec").first().waitFor();
  await page.keyboard.press("Tab");
  for (let presses = 0; presses < 60; presses += 1) {
    if (await grid.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  assert.ok(await grid.evaluate((element) => element === document.activeElement), "Tab reaches it");
  const active = () => grid.getAttribute("aria-activedescendant");
  const first = await active();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await active(), first);
  await page.keyboard.press("Enter");
  await page.waitForURL(/record=/);
  await page.keyboard.press("Escape");
  await page.waitForURL((at) => !at.searchParams.has("record"));
});
