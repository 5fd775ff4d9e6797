import { beforeAll, expect, it } from "vitest";
import { loadTexts } from "../i18n";
import { type Page, page } from "../page";
import { refusalOf, seenLately, words } from "./refusal";

beforeAll(() => loadTexts(["shell"]));

const at = (path: string, params: Page["params"], label: string | null = null) =>
  refusalOf({ ...page, params }, path, label);
const RECORD = "/apps/crm/forms/deal/records/x";

it("leads to the list of a record only where it may be opened", () => {
  const open = at(RECORD, { kind: "not_found", form: "deal" }, "商机");
  expect(open.list).toEqual({ label: "商机", href: "/apps/crm/forms/deal" });
  expect(words(open).title).toContain("商机");
  expect(at(RECORD, { kind: "not_found" }, null).list).toBe(null);
});

it("tells what an address seems to have meant", () => {
  expect(at("/tasks/x", { kind: "not_found" }).meant).toBe("task");
  expect(at("/design/forms/x", { kind: "forbidden", admins: "a,b" })).toMatchObject({
    meant: "admin",
    kind: "forbidden",
    admins: ["a", "b"],
  });
  expect(at("/administration", {}).meant).toBe("page");
});

it("names what was seen lately, of the same list first", () => {
  const seen = (href: string) => ({ href, title: href, island: "record/panel", place: "", at: "" });
  const recent = [seen("/apps/crm/forms/a/records/1"), seen(`${RECORD}1`), seen(RECORD)];
  expect(seenLately(recent, "/apps/crm/forms/deal", RECORD).map(({ href }) => href)).toEqual([
    `${RECORD}1`,
    "/apps/crm/forms/a/records/1",
  ]);
});
