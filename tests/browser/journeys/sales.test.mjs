// From an opportunity to the director's dashboard: what people of four roles do with a deal.
import assert from "node:assert/strict";
import {
  answered,
  api,
  button,
  cell,
  cents,
  choose,
  field,
  fill,
  fillCell,
  journey,
  journeys,
  pick,
  pickCell,
  signIn,
  untilShown,
  words,
} from "../journey.mjs";

journeys();

const NAME = `年度续约 ${Date.now().toString(36)}`;
const REP = "chen.yu";
const MANAGER = "lin.zhixia";
const FINANCE = "bai.jing";
const DIRECTOR = "gu.mingyuan";

/** A day so many days from today, as a date field takes it. */
function inDays(days) {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

async function labelOf(page, form, list, key) {
  const screen = await api(page, "GET", `/forms/${form}`);
  return screen[list].find((one) => one.key === key).label;
}

async function optionLabel(page, form, key, option) {
  const screen = await api(page, "GET", `/forms/${form}`);
  const { options } = screen.fields.find((one) => one.key === key).options;
  return options.find((one) => one.key === option).label;
}

/** Presses a button of a record; what it asks for is sent as it stands. */
async function press(page, form, key, more = async () => {}) {
  const label = await labelOf(page, form, "buttons", key);
  await page.locator(".next-actions").getByRole("button", { name: label, exact: true }).click();
  await more(page.locator(".fw-dialog"));
}

/** Presses a button that opens a new record, and waits for its form. */
async function begin(page, form, key) {
  await press(page, form, key);
  await page.waitForURL(/\/new\?from=/);
  await field(page, "lines").or(field(page, "amount")).first().waitFor();
}

async function openRecord(page, form, id) {
  await page.goto(`/apps/crm/forms/${form}/records/${id}`);
  await page.locator(".record-title").waitFor();
}

/** Saves or submits the form and answers the record that came of it. */
async function save(page, form, key) {
  await answered(page, "POST", new RegExp(`/forms/${form}/records$`), async () => {
    await (await button(page, key)).click();
  });
  await page.waitForURL(/\/records\/[^/]+$/);
  const id = new URL(page.url()).pathname.split("/").at(-1);
  const { record } = await api(page, "GET", `/forms/${form}/records/${id}`);
  return record;
}

/** Does the open task of a record. */
async function decide(page, title, action, comment) {
  await page.goto("/tasks");
  await page.locator(".task-row", { hasText: title }).first().click();
  await page.locator(".tk-bar").getByRole("button", { name: await words(page, `task.do.${action}`) }).click();
  const form = page.locator(".tk-form");
  await form.waitFor();
  if (action === "return") await form.locator("input[type=radio]").first().check();
  if (comment) await form.locator("#tk-comment").fill(comment);
  await answered(page, "POST", new RegExp(`/tasks/[^/]+/${action}$`), async () => {
    await form.locator("button[type=submit]").click();
  });
}

async function figures(page) {
  const answer = await api(page, "POST", "/dashboards/plan_actual/charts/figures", { filters: {} });
  return Object.fromEntries(answer.figures.map((figure) => [figure.key, figure]));
}

journey("a deal goes from opportunity to the director's dashboard", async (visit) => {
  const director = await signIn(visit, DIRECTOR);
  const before = await figures(director);
  const rep = await signIn(visit, REP);

  const opportunity = await makeOpportunity(rep);
  await moveToDesign(rep, opportunity);
  await makeQuotation(rep, opportunity);
  const contract = await makeContract(rep);

  const manager = await signIn(visit, MANAGER);
  await decide(manager, NAME, "return", "请补充付款条款");
  await answerReturn(rep, contract);
  await decide(manager, NAME, "approve");
  const finance = await signIn(visit, FINANCE);
  await decide(finance, NAME, "approve");

  const { record: inForce } = await api(rep, "GET", `/forms/contract/records/${contract.id}`);
  assert.equal(inForce.state, "effective");
  const signed = await figures(director);
  assert.equal(
    cents(signed.revenue.value) - cents(before.revenue.value),
    cents(inForce.amount),
    "bookings grow by the contract's amount",
  );

  const paid = "1234.56";
  const payment = await registerPayment(rep, contract, paid);
  await decide(finance, payment.title, "approve");
  const after = await figures(director);
  assert.equal(cents(after.payment.value) - cents(signed.payment.value), cents(paid));
  assertAchievement(after.payment);
  await showsFigure(director, after.payment);
  await assertGapAddsUp(director);
});

async function makeOpportunity(page) {
  await page.goto("/apps/crm/forms/opportunity/new");
  await fill(page, "name", NAME);
  await pick(page, "account");
  await choose(page, "product_line", await optionLabel(page, "opportunity", "product_line", "std"));
  await fill(page, "amount", "96000");
  await fill(page, "close_date", inDays(40));
  await field(page, "close_date").locator("input").first().press("Enter");
  return save(page, "opportunity", "form.save");
}

async function moveToDesign(page, opportunity) {
  const budget = await optionLabel(page, "opportunity", "budget_band", "50_200k");
  await press(page, "opportunity", "to_design", async (dialog) => {
    await fill(dialog, "need", "把三个系统并成一个");
    await choose(dialog, "budget_band", budget);
    await answered(page, "POST", /\/buttons\/to_design$/, async () => {
      await dialog.locator("button[type=submit]").click();
    });
  });
  const { record } = await api(page, "GET", `/forms/opportunity/records/${opportunity.id}`);
  assert.equal(record.stage, "design");
}

/** Three lines, whose total is computed while they are typed. */
async function makeQuotation(page, opportunity) {
  await openRecord(page, "opportunity", opportunity.id);
  await begin(page, "opportunity", "new_quotation");
  const { records: products } = await api(page, "GET", "/forms/product/records?limit=3&sort=list_price");
  let expected = 0n;
  for (const [row, product] of products.entries()) {
    const quantity = row + 2;
    await (await button(page, "field.add_row")).click();
    await pickCell(page, `lines/${row}/product`, product.title);
    await fillCell(page, `lines/${row}/qty`, String(quantity));
    expected += cents(product.list_price) * BigInt(quantity);
    await untilShown(page, '[data-field="total"] .computed-value', expected);
  }
  await cell(page, "lines/2/qty").locator("input").press("Escape");
  const quotation = await save(page, "quotation", "form.submit");
  const lines = quotation.lines.map((line) => cents(line.amount));
  assert.equal(lines.length, 3);
  assert.equal(cents(quotation.total), lines.reduce((sum, line) => sum + line, 0n));
  assert.equal(cents(quotation.total), expected, "the page showed what is stored");
  assert.equal(quotation.state, "ready", "no discount, no approval");
}

async function makeContract(page) {
  await answered(page, "POST", /\/buttons\/send$/, async () => {
    await press(page, "quotation", "send");
  });
  await begin(page, "quotation", "to_contract");
  await fill(page, "name", NAME);
  const record = await save(page, "contract", "form.submit");
  assert.equal(record.flow_status, "running");
  assert.equal(record.lines.length, 3);
  return record;
}

/** The manager sent it back: the rep sees why, completes it and submits again. */
async function answerReturn(page, contract) {
  await openRecord(page, "contract", contract.id);
  await page.getByText("请补充付款条款").first().waitFor();
  await page.locator(".next-actions").getByRole("button", { name: await words(page, "record.edit") }).click();
  await fill(page, "pay_terms", "签约 30%，交付 40%，验收 30%");
  await answered(page, "POST", /\/records\/[^/]+\/submit$/, async () => {
    await (await button(page, "form.submit")).click();
  });
}

async function registerPayment(page, contract, sum) {
  await openRecord(page, "contract", contract.id);
  await begin(page, "contract", "register_payment");
  await fill(page, "amount", sum);
  await fill(page, "bank_ref", `JY${Date.now()}`);
  return save(page, "payment", "form.submit");
}

/** Achievement is value ÷ target, to the places that it is given with. */
function assertAchievement({ value, target, achievement }) {
  const places = (achievement.split(".")[1] ?? "").length;
  const exact = Number(value) / Number(target);
  assert.ok(
    Math.abs(exact - Number(achievement)) <= 0.5 * 10 ** -Math.min(places, 12) + 1e-12,
    `${achievement} of ${value} and ${target}`,
  );
}

async function showsFigure(page, figure) {
  await page.goto("/apps/crm/dashboards/plan_actual");
  const tile = page.locator(".ch-kpi-one", { hasText: figure.label }).first();
  const [first] = (await tile.getAttribute("title")).split("\n");
  assert.equal(first.replaceAll(/[^\d.]/g, ""), figure.value);
}

/** Each part of the gap, and the gap itself, to the cent. */
async function assertGapAddsUp(page) {
  const { kind, ...data } = await api(page, "POST", "/dashboards/gap/charts/gap", {
    filters: { period: "this_quarter" },
  });
  assert.equal(kind, "gap");
  const gap = data.gap?.gap === undefined ? data : data.gap;
  assert.equal(cents(gap.actual) - cents(gap.plan), cents(gap.gap));
  const sum = (pick) => gap.factors.reduce((total, factor) => total + cents(pick(factor) ?? "0"), 0n);
  assert.ok(gap.factors.length > 0, "the chain is a product");
  assert.equal(sum((factor) => factor.direct), cents(gap.gap));
  assert.equal(sum((factor) => factor.total), cents(gap.gap));
  assert.equal(cents(gap.assumption) + cents(gap.execution), cents(gap.gap));
  await page.goto("/apps/crm/dashboards/gap?period=this_quarter");
  await page.locator(".card").first().waitFor();
}
