import { describe, expect, it } from "vitest";
import { textIn, withText } from "@/app/localized";
import { emptyForm, type FormDocument } from "@/document/form/document";
import { identifier, isDocumentKey, isFieldKey, proposeKey, slug } from "@/document/form/keys";
import { fieldAt } from "@/document/form/place";
import { formScreen } from "@/document/form/screen";
import { advance, begin, redo, undo } from "@/document/history";
import { PALETTE } from "@/field/palette";
import { fieldLike, VOCABULARY } from "@/field/testing";
import { setVocabulary } from "@/field/vocabulary";
import { isKnown } from "@/rule/formula/names";
import { pathsIn, tokenize, typedAt } from "@/rule/formula/tokens";
import {
  addField,
  arrange,
  arrangementOf,
  duplicateField,
  followLabel,
  moveField,
  removeField,
  setField,
  setKey,
  setOptions,
} from "./fields";
import type { Words } from "./kinds";
import { lackText } from "./lack";
import { layoutOf } from "./layout";
import { targetOf } from "./pointer";
import { usesOf } from "./references";
import { addSection, moveSection, removeSection, setSection } from "./sections";

setVocabulary(VOCABULARY, [
  fieldLike("text", { key: "title" }),
  fieldLike("member", { key: "owner" }),
]);

const words: Words = {
  locale: "en",
  item: (key) => key,
  option: (n) => `Option ${n}`,
  column: "Name",
  columnKey: "name",
};
const item = (key: string) => {
  const found = PALETTE.find((one) => one.key === key);
  if (!found) throw new Error(key);
  return found;
};

function quotation(): FormDocument {
  return {
    key: "quotation",
    app: "crm",
    label: { "zh-CN": "报价单", en: "Quotation" },
    title: 'code + " " + account.name',
    fields: [
      { key: "code", kind: "serial", label: "Code", options: { parts: [{ counter: 5 }] } },
      {
        key: "account",
        kind: "link",
        label: "Account",
        options: { form: "account", fill: { note: "remark" } },
      },
      { key: "note", kind: "text", label: "Note" },
      {
        key: "lines",
        kind: "subform",
        label: "Lines",
        options: {
          fields: [
            { key: "qty", kind: "number", label: "Quantity" },
            { key: "price", kind: "money", label: "Price" },
            { key: "amount", kind: "money", label: "Amount", formula: "qty * price" },
          ],
        },
      },
      { key: "total", kind: "money", label: "Total", formula: "SUM(lines.amount)" },
    ],
    sections: [
      { columns: 2, fields: ["account", "note"] },
      { label: "Lines", fields: ["lines"] },
    ],
    rules: [
      { kind: "show", when: 'old.note == "a" && total > 1', fields: ["note", "lines.price"] },
    ],
    views: [
      {
        key: "all",
        label: "All",
        columns: ["code", "note", "total"],
        filter: { all: [{ field: "note", op: "not_empty" }] },
        sort: [{ field: "note" }],
        totals: ["total"],
      },
    ],
    buttons: [
      {
        key: "go",
        label: "Go",
        when: "total > 0",
        ask: ["note"],
        action: { update: { set: { note: "code" } } },
      },
    ],
  };
}

describe("keys", () => {
  it.each(["amount", "a1", "单价", "金额_2"])("takes %s", (key) =>
    expect(isFieldKey(key)).toBe(true),
  );
  it.each(["", "1a", "a b", "Amount", "if", "a.b", "_x", "owner", "x".repeat(41)])(
    "refuses %j",
    (key) => expect(isFieldKey(key)).toBe(false),
  );
  it.each(["crm", "x9", "a_b"])("takes %s for documents", (key) =>
    expect(isDocumentKey(key)).toBe(true),
  );
  it.each(["a__b", "合同", "9x", "x".repeat(29)])("refuses %s for documents", (key) =>
    expect(isDocumentKey(key)).toBe(false),
  );
  it("proposes the letters of a label, numbered where they are taken", () => {
    expect(slug("Unit price (CNY)")).toBe("unit_price_cny");
    expect(proposeKey("Unit price", new Set())).toBe("unit_price");
    expect(proposeKey("Unit price", new Set(["unit_price"]))).toBe("unit_price_2");
    expect(proposeKey("单价", new Set(["field_1"]))).toBe("field_2");
    expect(proposeKey("Title", new Set())).toBe("title_2");
  });
});

describe("texts", () => {
  it("fall back to Chinese, English, any", () => {
    expect(textIn({ en: "A", "zh-CN": "甲" }, "fr")).toBe("甲");
    expect(textIn("B", "en")).toBe("B");
    expect(textIn(undefined, "en")).toBe("");
  });
  it("keep the other language", () => {
    expect(withText("甲", "en", "A")).toEqual({ "zh-CN": "甲", en: "A" });
    expect(withText({ en: "A" }, "en", "")).toBeUndefined();
  });
});

describe("what is still to be filled in", () => {
  it("is said rather than how the format puts it", () => {
    const form = setOptions(quotation(), "account", { form: "" });
    const at = form.fields.findIndex((field) => field.key === "account");
    expect(lackText(form, `/fields/${at}/options/form`)).toBe("designer.needs_form");
    expect(lackText(form, `/fields/${at}/key`)).toBeNull();
    expect(lackText(emptyForm("a", "b", ""), "/label")).toBe("designer.needs_value");
    expect(lackText(emptyForm("a", "b", "A"), "/fields")).toBe("designer.no_fields");
  });
});

describe("layout", () => {
  it("draws fields of no section at the end", () => {
    expect(layoutOf(quotation()).map((one) => one.fields)).toEqual([
      ["account", "note"],
      ["lines"],
      ["code", "total"],
    ]);
  });
  it("adds a field where it was dropped", () => {
    const { form, path } = addField(quotation(), item("money"), { section: 0, index: 1 }, words);
    expect(path).toBe("money");
    expect(form.sections?.[0]?.fields).toEqual(["account", "money", "note"]);
    expect(fieldAt(form, path)?.kind).toBe("money");
  });
  it("adds a column", () => {
    const { form, path } = addField(quotation(), item("date"), { subform: "lines" }, words);
    expect(path).toBe("lines.date");
    expect(fieldAt(form, path)?.kind).toBe("date");
  });
  it("moves within and across sections", () => {
    const down = moveField(quotation(), "account", 1);
    expect(down.sections?.[0]?.fields).toEqual(["note", "account"]);
    const over = moveField(down, "account", 1);
    expect(over.sections?.map((one) => one.fields)).toEqual([
      ["note"],
      ["account", "lines"],
      ["code", "total"],
    ]);
    const columns = moveField(quotation(), "lines.amount", -1);
    expect(arrangementOf(columns).subforms.lines).toEqual([
      "lines.qty",
      "lines.amount",
      "lines.price",
    ]);
  });
  it("adds, removes and moves sections without losing fields", () => {
    const added = addSection(quotation(), { fields: [], label: "New" }, 0);
    expect(added.sections?.map((one) => one.label)).toEqual([undefined, "New", "Lines", undefined]);
    expect(removeSection(quotation(), 0).sections?.[0]?.fields).toEqual([
      "account",
      "note",
      "lines",
    ]);
    expect(removeSection(quotation(), 1).sections?.[0]?.fields).toEqual([
      "account",
      "note",
      "lines",
    ]);
    expect(moveSection(quotation(), 1, -1).sections?.[0]?.fields).toEqual(["lines"]);
    expect(setSection(quotation(), 0, { columns: 1 }).sections?.[0]?.columns).toBe(1);
  });
});

describe("dragging", () => {
  it("puts a new field of the palette into place", () => {
    const wanted = arrangementOf(quotation());
    wanted.sections[1]?.unshift("new:choice");
    const { form, path } = arrange(quotation(), wanted, words);
    expect(path).toBe("choice");
    expect(form.sections?.[1]?.fields).toEqual(["choice", "lines"]);
  });
  it("moves a field into a subform and keeps what reads it", () => {
    const wanted = arrangementOf(quotation());
    wanted.sections[0] = ["account"];
    wanted.subforms.lines?.splice(1, 0, "note");
    const { form, path } = arrange(quotation(), wanted, words);
    expect(path).toBe("lines.note");
    expect(arrangementOf(form).subforms.lines).toEqual([
      "lines.qty",
      "lines.note",
      "lines.price",
      "lines.amount",
    ]);
    expect(form.sections?.[0]?.fields).toEqual(["account"]);
    expect(form.fields.some((field) => field.key === "note")).toBe(false);
    expect(form.views?.[0]?.columns).toEqual(["code", "total"]);
    expect(form.buttons?.[0]?.ask).toEqual([]);
  });
  it("leaves a form that nothing moved in", () => {
    const { form } = arrange(quotation(), arrangementOf(quotation()), words);
    expect(layoutOf(form)).toEqual(layoutOf(quotation()));
    expect(form.fields).toEqual(quotation().fields);
  });
});

describe("fields", () => {
  it("go with their places, but not out of formulas", () => {
    const form = removeField(quotation(), "note");
    expect(form.sections?.[0]?.fields).toEqual(["account"]);
    expect(form.views?.[0]?.columns).toEqual(["code", "total"]);
    expect(form.views?.[0]?.sort).toEqual([]);
    expect(form.rules?.[0]).toMatchObject({ fields: ["lines.price"] });
    expect(form.buttons?.[0]?.ask).toEqual([]);
    expect(fieldAt(form, "account")?.options).toEqual({ form: "account" });
  });
  it("are copied behind themselves", () => {
    const { form, path } = duplicateField(quotation(), "note");
    expect(path).toBe("note_2");
    expect(form.sections?.[0]?.fields).toEqual(["account", "note", "note_2"]);
    expect(duplicateField(quotation(), "lines.qty").path).toBe("lines.qty_2");
  });
  it("drop what is not said", () => {
    const form = setField(quotation(), "note", { required: true, help: "x" });
    expect(fieldAt(form, "note")).toMatchObject({ required: true, help: "x" });
    const back = setField(form, "note", { required: false, help: undefined });
    expect(fieldAt(back, "note")).toEqual(fieldAt(quotation(), "note"));
    expect(
      fieldAt(setOptions(form, "note", { max_length: undefined }), "note")?.options,
    ).toBeUndefined();
  });
  it("are renamed everywhere", () => {
    const { form } = setKey(quotation(), "note", "remark");
    expect(form.sections?.[0]?.fields).toEqual(["account", "remark"]);
    expect(form.rules?.[0]).toMatchObject({
      when: 'old.remark == "a" && total > 1',
      fields: ["remark", "lines.price"],
    });
    expect(form.views?.[0]).toMatchObject({
      columns: ["code", "remark", "total"],
      filter: { all: [{ field: "remark", op: "not_empty" }] },
      sort: [{ field: "remark" }],
    });
    expect(form.buttons?.[0]).toMatchObject({
      ask: ["remark"],
      action: { update: { set: { remark: "code" } } },
    });
    expect(fieldAt(form, "account")?.options?.fill).toEqual({ remark: "remark" });
  });
  it("are renamed in rows and from outside", () => {
    const { form } = setKey(quotation(), "lines.amount", "sum");
    expect(fieldAt(form, "total")?.formula).toBe("SUM(lines.sum)");
    const price = setKey(quotation(), "lines.price", "unit").form;
    expect(fieldAt(price, "lines.amount")?.formula).toBe("qty * unit");
    expect(price.rules?.[0]).toMatchObject({ fields: ["note", "lines.unit"] });
    const lines = setKey(quotation(), "lines", "items").form;
    expect(fieldAt(lines, "total")?.formula).toBe("SUM(items.amount)");
  });
  it("follow the label until somebody chooses one", () => {
    const chinese = { ...words, locale: "zh-CN", item: () => "日期" };
    const add = (form: FormDocument) => addField(form, item("date"), { section: 0 }, chinese);
    const first = add(emptyForm("a", "b", "A"));
    const second = add(first.form);
    expect([first.path, second.path]).toEqual(["日期", "日期_2"]);

    const before = { "zh-CN": "日期" };
    const label = { "zh-CN": "下次 跟进日（计划）", en: "Next" };
    const named = setField(second.form, second.path, { label });
    const followed = followLabel(named, second.path, before, "zh-CN");
    expect(followed.path).toBe("下次_跟进日_计划");
    expect(followLabel(named, second.path, before, "en").path).toBe("next");

    const chosen = setKey(named, second.path, "due").form;
    expect(followLabel(chosen, "due", before, "zh-CN").path).toBe("due");
    const unnamed = setField(second.form, second.path, { label: { "zh-CN": "？" } });
    expect(followLabel(unnamed, second.path, before, "zh-CN").path).toBe("日期_2");
  });
  it.each([
    ["Unit price (CNY)", "unit_price_cny"],
    ["单价/元", "单价_元"],
    ["２０２６年目标", "年目标"],
    ["Owner", ""],
    ["—", ""],
  ])("read %s in formulas as %s", (label, key) => expect(identifier(label)).toBe(key));
  it("are copied under the next number", () => {
    expect(duplicateField(quotation(), "note").path).toBe("note_2");
    const twice = duplicateField(duplicateField(quotation(), "note").form, "note_2");
    expect(twice.path).toBe("note_3");
  });
});

describe("formulas", () => {
  it("are cut into pieces that make the whole", () => {
    const text = 'IF(lines.amount >= 1_000.5, "a \\" b", true) + 单价';
    expect(
      tokenize(text)
        .map((token) => token.text)
        .join(""),
    ).toBe(text);
    expect(pathsIn(text)).toEqual(["lines.amount", "单价"]);
    expect(tokenize("SUM(a)").map((token) => token.is)).toEqual([
      "function",
      "operator",
      "name",
      "operator",
    ]);
  });
  it("know what is being typed", () => {
    expect(typedAt("SUM(lin", 7)).toEqual({ from: 4, owner: "", text: "lin" });
    expect(typedAt("lines.am", 8)).toEqual({ from: 6, owner: "lines", text: "am" });
    expect(typedAt("a + 安装", 6)).toEqual({ from: 4, owner: "", text: "安装" });
    expect(typedAt('"wor', 4).text).toBe("");
  });
  it("see their names", () => {
    const known = (path: string, subform: string | null = null) =>
      isKnown(quotation(), { subform }, [], path);
    expect(known("total") && known("lines.qty") && known("account.region")).toBe(true);
    expect(known("qty")).toBe(false);
    expect(known("qty", "lines") && known("row.qty", "lines") && known("total", "lines")).toBe(
      true,
    );
    expect(known("lines.colour") || known("old.note")).toBe(false);
  });
});

describe("references", () => {
  it("lists what uses a field", () => {
    expect(usesOf(quotation(), "total")).toEqual([
      { kind: "rule", at: 0 },
      { kind: "view", at: 0 },
      { kind: "button", at: 0 },
    ]);
    expect(usesOf(quotation(), "lines.amount")).toEqual([{ kind: "field", path: "total" }]);
    expect(usesOf(quotation(), "lines.qty")).toEqual([{ kind: "field", path: "lines.amount" }]);
    expect(usesOf(quotation(), "account")).toEqual([{ kind: "title" }]);
    expect(usesOf(quotation(), "note")[0]).toEqual({ kind: "field", path: "account" });
  });
});

describe("pointers", () => {
  it.each([
    ["/fields/3/options/fields/1/formula", { tab: "form", path: "lines.price", part: "formula" }],
    ["/fields/4/formula", { tab: "form", path: "total", part: "formula" }],
    ["/rules/0/when", { tab: "rules", at: 0, part: "when" }],
    ["/views/0/columns/2", { tab: "views", at: 0, part: "columns/2" }],
    ["/sections/1/fields/0", { tab: "form", at: 1, part: "section" }],
    ["/title", { tab: "form", part: "title" }],
    ["", { tab: "form", part: "" }],
  ])("%s", (pointer, target) => expect(targetOf(quotation(), pointer)).toEqual(target));
});

describe("history", () => {
  it("goes back and forth", () => {
    let steps = begin("a");
    steps = advance(steps, "b");
    steps = advance(steps, "c");
    expect(undo(steps).present).toBe("b");
    expect(redo(undo(steps)).present).toBe("c");
    expect(undo(undo(undo(steps))).present).toBe("a");
    expect(advance(undo(steps), "d").future).toEqual([]);
  });
  it("takes typing as one step", () => {
    let steps = begin("");
    for (const [at, text] of ["a", "ab", "abc"].entries()) {
      steps = advance(steps, text, "label", at * 100);
    }
    expect(steps.past).toEqual([""]);
    expect(advance(steps, "abcd", "label", 5000).past).toEqual(["", "abc"]);
    expect(advance(steps, "abcd", "help", 250).past).toHaveLength(2);
  });
});

it("shows a form as people will see it", () => {
  const screen = formScreen(quotation(), "en");
  expect(screen.label).toBe("Quotation");
  expect(screen.fields.find((field) => field.key === "total")).toMatchObject({
    computed: true,
    access: "read",
  });
  expect(screen.fields[3]?.options.fields?.map((column) => column.key)).toEqual([
    "qty",
    "price",
    "amount",
  ]);
  expect(screen.fields[1]?.options.fills).toEqual(["note"]);
});
