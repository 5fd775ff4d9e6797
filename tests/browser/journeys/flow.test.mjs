// An admin changes a flow by hand and by keyboard, begins one, and never sees its document.
import assert from "node:assert/strict";
import {
  adminAccount,
  answered,
  api,
  dropDraft,
  journey,
  journeys,
  signIn,
  words,
} from "../journey.mjs";

journeys();

const ADMIN = adminAccount().account;
const FLOW = "plan_approval";

/** Puts a step of a kind at the n-th dot of the tree, with the keyboard alone. */
async function insertByKeyboard(page, dot, kind) {
  await page.locator(".fl-spot > button").nth(dot).focus();
  await page.keyboard.press("Enter");
  const item = page.locator(`.fl-menu .mi[data-kind="${kind}"]`);
  await item.waitFor();
  for (let tries = 0; tries < 8; tries += 1) {
    if (await item.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("Enter");
  await page.locator(`.fd-properties .tile[data-kind="${kind}"]`).waitFor();
}

async function publish(page) {
  await page.locator(".fd-publish").click();
  const dialog = page.locator(".fw-dialog");
  await answered(page, "POST", /\/documents\/flow\/[a-z_]+\/publish$/, async () => {
    await dialog.locator(".btn-primary").click();
  });
  await dialog.locator(".fd-done").waitFor();
}

journey("a step that acts on records is set without its document", async (visit) => {
  const admin = await signIn(visit, ADMIN);
  const { document: before } = await api(admin, "GET", `/documents/flow/${FLOW}`);

  await admin.goto(`/design/flows/${FLOW}`);
  await admin.locator(".pt-c").first().waitFor();
  await insertByKeyboard(admin, 0, "act");
  const when = admin.locator(".fl-effect .fx-edit .cm-content").last();
  await when.fill("!ISEMPTY(owner)");
  await when.press("Escape");
  await admin
    .getByRole("button", { name: await words(admin, "flow_designer.effect_kind.create") })
    .click();
  await admin.locator(".fl-effect").nth(1).waitFor();
  // A second thought: the step does one thing only.
  await admin.locator(".fl-effect.open footer .icon-btn").last().click();
  await admin.locator(".fl-effect").nth(1).waitFor({ state: "detached" });
  await admin.keyboard.press("Control+z");
  await admin.locator(".fl-effect").nth(1).waitFor();
  await admin.keyboard.press("Control+Shift+z");
  await admin.locator(".fl-effect").nth(1).waitFor({ state: "detached" });
  await publish(admin);

  const { document: after } = await api(admin, "GET", `/documents/flow/${FLOW}`);
  assert.deepEqual(after.steps.slice(1), before.steps);
  assert.deepEqual(after.steps[0].effects, [{ update: { set: {}, when: "!ISEMPTY(owner)" } }]);
});

journey("a flow is begun, and says what it still lacks", async (visit) => {
  const admin = await signIn(visit, ADMIN);
  await admin.goto("/design/flows/new?app=crm&form=lead&key=lead_check&en=Lead%20check");
  await admin.locator(".fd-dock .fd-problems li").first().waitFor();
  await answered(admin, "PUT", /\/documents\/flow\/lead_check\/draft$/, async () => {
    await insertByKeyboard(admin, 0, "approve");
  });
  await admin.waitForURL(/\/design\/flows\/lead_check$/);
  await admin.locator(".fd-dock.calm").waitFor();

  await insertByKeyboard(admin, 1, "branch");
  await admin
    .getByRole("button", { name: await words(admin, "flow_designer.add_branch") })
    .click();
  const lacks = await words(admin, "flow_designer.needs_condition");
  await admin.locator(".fd-problems").getByText(lacks).waitFor();
  const condition = admin.locator(".fd-properties .fx-edit .cm-content");
  await condition.fill("!ISEMPTY(owner)");
  await condition.press("Escape");
  await admin.locator(".fd-dock.calm").waitFor();
  await dropDraft(admin, "flow", "lead_check");
});
