// Every page opens without faults, and passes the rules of accessibility.
import assert from "node:assert/strict";
import { PHONE } from "../browser.mjs";
import { adminAccount, api, journey, journeys, signIn } from "../journey.mjs";
import { AXE_PATH } from "../modules.mjs";
import { ADMIN_PAGES, pagesOf, settle } from "../pages.mjs";

journeys();

/** What axe calls serious and critical; the rest is advice. */
const SEVERE = new Set(["serious", "critical"]);

async function findings(page) {
  await page.addScriptTag({ path: AXE_PATH });
  const violations = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, {
      resultTypes: ["violations"],
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    });
    return violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      nodes: nodes.slice(0, 3).map(({ target, failureSummary }) => `${target} ${failureSummary}`),
    }));
  });
  return violations.filter(({ impact }) => SEVERE.has(impact));
}

for (const [size, viewport] of [
  ["desktop", undefined],
  ["phone", PHONE],
]) {
  journey(`pages keep the rules of accessibility on a ${size}`, async (visit) => {
    const page = await signIn(visit, "gu.mingyuan", { viewport, bypassCSP: true });
    await walk(page, await pagesOf(page, api));
  });

  journey(`pages for admins keep the rules of accessibility on a ${size}`, async (visit) => {
    const page = await signIn(visit, adminAccount().account, { viewport, bypassCSP: true });
    await walk(page, ADMIN_PAGES);
  });
}

async function walk(page, pages) {
  const found = [];
  for (const { name, path } of pages) {
    await page.goto(path);
    await settle(page);
    for (const finding of await findings(page)) found.push({ page: name, ...finding });
  }
  assert.deepEqual(found, []);
}
