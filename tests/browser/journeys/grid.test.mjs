// Working in a list: cells that are changed in place, groups, and a place that is kept.
import assert from "node:assert/strict";
import { account, answered, api, journey, journeys, signIn, words } from "../journey.mjs";

journeys();

const LIST = "/apps/crm/forms/opportunity";
const RECORD = /\/forms\/opportunity\/records\/[^/?]+$/;
const rows = (page) => page.locator("[role=row].rec");

/** The cell of a row under a head, by the key of its field. */
async function cellOf(page, row, label) {
  await row.waitFor();
  const heads = await page.locator("[role=columnheader]").allTextContents();
  const at = heads.findIndex((head) => head.replace(/^fx/, "").trim() === label);
  assert.ok(at > 0, `there is no column ${label} among ${heads}`);
  return row.locator("[role=gridcell]").nth(at);
}

async function labelOf(page, key) {
  const screen = await api(page, "GET", "/forms/opportunity");
  return screen.fields.find((field) => field.key === key).label;
}

journey("a cell is changed where it stands, and a refusal stands at the cell", async (visit) => {
  const page = await signIn(visit, "chen.yu");
  await page.goto(LIST);
  const amount = await cellOf(page, rows(page).first(), await labelOf(page, "amount"));
  await amount.dblclick();
  const editor = page.locator(".cell-editor");
  await editor.locator("input").fill("-5");
  const refused = page.waitForResponse((response) => response.status() === 422);
  await editor.locator("input").press("Enter");
  await refused;
  await editor.getByRole("alert").waitFor();
  assert.equal(await editor.locator("input").inputValue(), "-5", "what was typed stays");

  await editor.locator("input").fill("123456");
  await answered(page, "PATCH", RECORD, () => editor.locator("input").press("Enter"));
  await editor.waitFor({ state: "detached" });
  assert.match(await amount.textContent(), /123,456/);
  const focused = await page.evaluate(() => document.activeElement?.getAttribute("role"));
  assert.equal(focused, "grid", "the keys move in the list again");
});

journey("a cell that cannot be changed says why", async (visit) => {
  const page = await signIn(visit, "chen.yu");
  await page.goto(LIST);
  const computed = await cellOf(page, rows(page).first(), await labelOf(page, "weighted"));
  await computed.dblclick();
  const note = page
    .getByRole("status")
    .filter({ hasText: await words(page, "field.why.computed") });
  await note.waitFor();
  assert.equal(await computed.getAttribute("aria-readonly"), "true");
  assert.equal(await page.locator(".cell-editor").count(), 0, "nothing is typed");
  await page.keyboard.press("Escape");
  await note.waitFor({ state: "detached" });
  await page.getByRole("grid").focus();
  await page.keyboard.press("Delete");
  await note.waitFor();
});

journey("what a spreadsheet copied is laid over the cells", async (visit) => {
  const page = await signIn(visit, "chen.yu");
  await page.goto(LIST);
  const label = await labelOf(page, "amount");
  const first = await cellOf(page, rows(page).first(), label);
  const second = await cellOf(page, rows(page).nth(1), label);
  await first.click();
  await page.getByRole("grid").evaluate((grid) => {
    grid.focus();
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", "7,101\n7,102");
    grid.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
  });
  const asked = page.getByRole("dialog");
  const paste = asked.getByRole("button", { name: await words(page, "grid.paste"), exact: true });
  await answered(page, "PATCH", RECORD, () => paste.click());
  await page.waitForFunction(() => document.querySelector(".el-message--success"));
  assert.deepEqual([await first.textContent(), await second.textContent()], ["7,101", "7,102"]);
});

journey("groups fold, count, and add up", async (visit) => {
  const page = await signIn(visit, "lin.zhixia");
  await page.goto(`${LIST}?group=stage`);
  const heads = page.locator("[role=row].group");
  await heads.first().waitFor();
  const { rows: counted } = await api(page, "POST", "/forms/opportunity/aggregate", {
    filter: { field: "stage", op: "eq", value: "need" },
    measures: [{ key: "n", aggregate: "count" }],
  });
  assert.ok((await heads.first().textContent()).includes(counted[0].n), "the head counts");
  await heads.first().click();
  assert.equal(await heads.first().getAttribute("aria-expanded"), "false");
  assert.equal(await rows(page).first().locator(".row-n").textContent(), String(+counted[0].n + 1));
  await page.reload();
  await heads.first().waitFor();
  assert.equal(new URL(page.url()).searchParams.get("group"), "stage", "a reload keeps the groups");
});

journey("a list is where it was after a reload", async (visit) => {
  const page = await signIn(visit, "lin.zhixia");
  await page.goto(LIST);
  await rows(page).first().waitFor();
  const list = page.getByRole("grid");
  await list.evaluate((element) => {
    element.scrollTop = 400;
  });
  await page.waitForFunction(() => history.state?.top === 400);
  await page.reload();
  await page.waitForFunction(() => document.querySelector(".grid-scroll")?.scrollTop === 400);
});

journey("a form survives the end of the session", async (visit) => {
  const page = await signIn(visit, "chen.yu");
  await page.goto("/apps/crm/forms/contact/new");
  const name = page.locator("[data-field=name] input");
  await name.waitFor();
  await page.context().clearCookies();
  await name.fill("周未央");
  await page.waitForURL(/\/sign-in/);
  const who = account("chen.yu");
  await page.locator("input[name=account]").fill(who.account);
  await page.locator("input[name=password]").fill(who.password);
  await page.keyboard.press("Enter");
  await page.waitForURL(/contact\/new/);
  await page.waitForFunction(
    () => document.querySelector("[data-field=name] input")?.value === "周未央",
  );
});
