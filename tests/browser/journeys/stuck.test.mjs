// An instance that cannot go on is told as stuck, tried again in vain, and led on by an admin.
import assert from "node:assert/strict";
import { adminAccount, api, journey, journeys, signIn, words } from "../journey.mjs";

journeys();

const ADMIN = adminAccount().account;
const FORM = "journey_trip";
const label = (text) => ({ "zh-CN": text, en: text });

/** A form with a figure that cannot be computed for 0 days, and a flow that asks for it at once. */
async function publish(page) {
  const form = {
    key: FORM,
    app: "crm",
    label: label("Trip"),
    title: "name",
    fields: [
      { key: "name", kind: "text", label: label("Name"), required: true },
      { key: "days", kind: "number", label: label("Days"), options: { places: 0 } },
      { key: "daily", kind: "number", label: label("A day"), formula: "100 / days" },
    ],
  };
  const large = { key: "large", label: label("Large"), when: "daily > 10", steps: [] };
  const flow = {
    key: `${FORM}_flow`,
    app: "crm",
    form: FORM,
    label: label("Trips"),
    steps: [
      {
        key: "size",
        label: label("Size"),
        kind: "branch",
        branches: [large, { key: "other", label: label("Other"), steps: [] }],
      },
      { key: "check", label: label("Check"), kind: "approve", assignees: [{ role: "finance" }] },
    ],
  };
  for (const [kind, document] of Object.entries({ form, flow })) {
    const to = `/documents/${kind}/${document.key}/publish`;
    await api(page, "POST", to, { document, based_on: 0 });
  }
}

/** Opens a dialog of the admin's, says why, and sends it. */
async function stepIn(page, action, step) {
  const name = await words(page, `instance.admin.${action}`);
  await page.locator(".sia-row").getByRole("button", { name }).click();
  if (step) await page.locator("#step-in").getByLabel(step).check();
  await page.locator("#step-in textarea").fill("a journey");
  await page.locator(".fw-dialog-foot .btn-primary").click();
}

journey("a stuck process is told, tried again and led on", async (visit) => {
  const admin = await signIn(visit, ADMIN);
  await publish(admin);
  const values = { name: "To nowhere", days: "0" };
  const made = await api(admin, "POST", `/forms/${FORM}/records`, { values });
  const { id } = made.record ?? made;
  await admin.goto(`/apps/crm/forms/${FORM}/records/${id}`);

  const stuck = await words(admin, "instance.state.stuck");
  const tag = admin.locator(".record-meta .tag", { hasText: stuck });
  await tag.waitFor();
  await admin.locator(".pp > .is-stuck").waitFor();
  const badge = admin.locator("[data-open-tasks]").first();
  const before = Number(await badge.textContent());

  await stepIn(admin, "resume");
  await admin.locator("#step-in [role=alert]").waitFor();
  await admin.keyboard.press("Escape");

  await stepIn(admin, "jump", "Check");
  await tag.waitFor({ state: "detached" });
  await admin.locator(".pp > .is-current", { hasText: "Check" }).waitFor();
  assert.equal(await admin.locator(".stuck").count(), 0);
  await admin.waitForFunction(
    (was) => Number(document.querySelector("[data-open-tasks]")?.textContent) === was - 1,
    before,
  );
});
