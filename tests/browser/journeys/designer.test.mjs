// An admin adds two fields to a form that is in use; they work at once, and nothing is lost.
import assert from "node:assert/strict";
import {
  adminAccount,
  answered,
  api,
  button,
  cents,
  dropDraft,
  fill,
  journey,
  journeys,
  signIn,
  untilShown,
  words,
} from "../journey.mjs";

journeys();

const ADMIN = adminAccount().account;
const FORM = "opportunity";

/** Adds a field of a kind at the end of the form, under a key. */
async function addField(page, kind, key) {
  await page.locator(`.fd-kinds [data-kind=${kind}]`).first().click();
  await page.locator("#fd-key").fill(key);
  await page.locator("#fd-key").press("Enter");
  await page.locator(`.fd-field[data-path="${key}"]`).waitFor();
}

async function publish(page) {
  await page.locator(".fd-top .btn-primary").click();
  const dialog = page.locator(".fw-dialog");
  await answered(page, "POST", /\/documents\/form\/opportunity\/publish$/, async () => {
    await dialog.locator(".btn-primary").click();
  });
  await dialog.locator(".fd-done").waitFor();
}

journey("a money field and a formula work as soon as they are published", async (visit) => {
  const admin = await signIn(visit, ADMIN);
  const all = `/forms/${FORM}/records?limit=50&sort=id`;
  const { records: before } = await api(admin, "GET", all);

  await admin.goto(`/design/forms/${FORM}`);
  await addField(admin, "money", "discount");
  await addField(admin, "money", "net");
  const source = await words(admin, "designer.source.formula");
  await admin.locator(".fd-sources").getByRole("button", { name: source, exact: true }).click();
  const formula = admin.locator(".fd-properties .fx-edit .cm-content").first();
  await formula.fill("amount - COALESCE(discount, 0)");
  await formula.press("Escape");
  await publish(admin);

  const { records: after } = await api(admin, "GET", all);
  for (const [index, record] of before.entries()) {
    const { discount, net, ...rest } = after[index];
    assert.deepEqual(rest, record, "an old record is as it was");
    assert.equal(discount, null);
  }

  await fillIn(admin, before[0].id);
  await findIn(admin, before[0]);
});

/** The form takes the one and computes the other while typing. */
async function fillIn(page, id) {
  await page.goto(`/apps/crm/forms/${FORM}/records/${id}`);
  await page.locator(".next-actions").waitFor();
  const { record } = await api(page, "GET", `/forms/${FORM}/records/${id}`);
  await page
    .locator(".next-actions")
    .getByRole("button", { name: await words(page, "record.edit") })
    .click();
  await fill(page, "discount", "1000.25");
  const net = cents(record.amount) - 100025n;
  await untilShown(page, '[data-field="net"] .computed-value', net);
  await answered(page, "PATCH", new RegExp(`/records/${id}$`), async () => {
    await (await button(page, "form.save")).click();
  });
  const { record: saved } = await api(page, "GET", `/forms/${FORM}/records/${id}`);
  assert.equal(saved.discount, "1000.25");
  assert.equal(cents(saved.net), net);
}

/** The list filters by it, and so does the API. */
async function findIn(page, { id, title }) {
  const filter = JSON.stringify({ field: "discount", op: "eq", value: "1000.25" });
  const query = `filter=${encodeURIComponent(filter)}`;
  const { records } = await api(page, "GET", `/forms/${FORM}/records?${query}&fields=net`);
  assert.deepEqual(
    records.map((record) => record.id),
    [id],
  );
  await page.goto(`/apps/crm/forms/${FORM}?${query}`);
  const rows = page.locator("[role=row].rec");
  await rows.filter({ hasText: title.split(" ")[0] }).first().waitFor();
  assert.equal(await rows.count(), 1);
}

journey("a field is added, named, moved and removed with the keyboard alone", async (visit) => {
  const admin = await signIn(visit, ADMIN);
  await admin.goto(`/design/forms/${FORM}`);
  await admin.locator(".fd-kinds [data-kind=date]").focus();
  await admin.keyboard.press("Enter");
  // The name is asked for at once, and the key follows it.
  await admin.waitForFunction(() => document.activeElement?.closest(".fd-properties") !== null);
  await admin.keyboard.type("Next visit");
  await admin.keyboard.press("Tab");
  const added = admin.locator('.fd-field[data-path="next_visit"]');
  await added.waitFor();

  const place = () =>
    added.evaluate((field) => [...field.parentElement.children].indexOf(field));
  const before = await place();
  await added.focus();
  await admin.keyboard.press("Alt+ArrowUp");
  await admin.waitForFunction(
    (was) => {
      const field = document.querySelector('.fd-field[data-path="next_visit"]');
      return [...field.parentElement.children].indexOf(field) === was - 1;
    },
    before,
  );
  await admin.waitForFunction(() => document.activeElement?.dataset.path === "next_visit");
  await admin.keyboard.press("Delete");
  await added.waitFor({ state: "detached" });
  await admin.keyboard.press("Control+z");
  await added.waitFor();
  await answered(admin, "PUT", /\/documents\/form\/opportunity\/draft$/, async () => {
    await admin.keyboard.press("Control+s");
  });
  await dropDraft(admin, "form", FORM);
});

journey("the preview runs rules that are still a draft", async (visit) => {
  const admin = await signIn(visit, ADMIN);
  await admin.goto(`/design/forms/${FORM}`);
  await addField(admin, "formula", "twice");
  const formula = admin.locator(".fd-properties .fx-edit .cm-content").first();
  await formula.fill("amount * 2");
  await formula.press("Escape");
  await admin
    .getByRole("button", { name: await words(admin, "designer.preview"), exact: true })
    .click();
  await admin.locator('.fd-preview [data-field="amount"] input').fill("12.25");
  await untilShown(admin, '.fd-preview [data-field="twice"] .computed-value', 2450n);
  await dropDraft(admin, "form", FORM);
});

journey("a text that is no JSON is told, not saved and not published", async (visit) => {
  const admin = await signIn(visit, ADMIN);
  await admin.goto(`/design/forms/${FORM}?tab=document`);
  const editor = admin.locator(".fd-json .cm-content");
  await editor.click();
  await admin.keyboard.press("Control+Home");
  await admin.keyboard.type("{");
  await admin.locator(".fd-problems button").waitFor();
  assert.ok(await admin.locator(".fd-publish").isDisabled(), "there is nothing to publish");
  const saved = await admin.locator(".fd-saved").textContent();
  assert.equal(saved, await words(admin, "designer.state.broken"));

  await admin.getByRole("tab").first().click();
  await admin.locator(".fd-problems button").click();
  assert.match(await editor.textContent(), /^\{+/, "what was typed is still there");
  await editor.click();
  await admin.keyboard.press("Control+Home");
  await admin.keyboard.press("Delete");
  await admin.locator(".fd-publish:not([disabled])").waitFor();
});
