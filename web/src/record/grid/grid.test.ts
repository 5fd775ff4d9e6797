import { beforeAll, describe, expect, it } from "vitest";
import type { Directory, Filter } from "@/api/types";
import { loadTexts } from "@/app/i18n";
import { fieldLike } from "@/field/testing";
import { allOf, isComplete, partsOf } from "@/rule/condition/filter";
import { operandField, operatorsOf } from "@/rule/condition/operators";
import { sentenceOf } from "@/rule/condition/sentence";
import { readAddress, writeAddress } from "./address";

const field = (key: string, kind: string, label: string, options = {}) =>
  fieldLike(kind, { key, label, options });
const FIELDS = [
  field("department", "department", "归属部门"),
  field("close_on", "date", "预计成交日"),
  field("amount", "money", "金额"),
  field("stage", "choice", "状态", {
    options: [
      { key: "won", label: "赢单" },
      { key: "lost", label: "输单" },
    ],
  }),
  field("lines", "choices", "产品线", { options: [{ key: "a", label: "方案" }] }),
  field("account", "link", "客户"),
];
const telling = {
  field: (key: string) => FIELDS.find((one) => one.key === key),
  directory: {
    members: [],
    departments: [{ id: "d1", name: "华东大区", parent: null, head: null }],
    roles: [],
  } satisfies Directory,
  titles: new Map([["a1", "岚屿精密"]]),
};
const say = (filter: Filter) => {
  const { before, object } = sentenceOf(filter, telling);
  return `${before}|${object}`;
};

describe("sentences", () => {
  beforeAll(() => loadTexts(["grid", "ui", "field"]));

  it.each<[Filter, string]>([
    [{ field: "department", op: "in", value: ["d1"] }, "归属部门是|华东大区"],
    [{ field: "department", op: "eq", value: { var: "my_department" } }, "归属部门是|我的部门"],
    [{ field: "close_on", op: "in_period", value: { next_days: 90 } }, "预计成交日在|未来 90 天内"],
    [{ field: "close_on", op: "lte", value: "2026-06-30" }, "预计成交日不晚于|2026-06-30"],
    [
      { not: { field: "close_on", op: "in_period", value: { last_days: 25 } } },
      "预计成交日不在|过去 25 天内",
    ],
    [{ field: "amount", op: "between", value: ["100.00", null] }, "金额在|100.00 到 …"],
    [{ field: "stage", op: "not_in", value: ["won", "lost"] }, "状态不是|赢单或输单"],
    [{ field: "lines", op: "empty" }, "产品线为空|"],
    [{ field: "account", op: "eq", value: "a1" }, "客户是|岚屿精密"],
    [{ field: "gone", op: "eq", value: "x" }, "gone是|x"],
    [
      {
        any: [
          { field: "stage", op: "eq", value: "won" },
          {
            all: [
              { field: "lines", op: "empty" },
              { not: { field: "amount", op: "gt", value: "5" } },
            ],
          },
        ],
      },
      "|状态是赢单或（产品线为空且不满足“金额大于5”）",
    ],
  ])("says %j", (filter, expected) => {
    expect(say(filter)).toBe(expected);
  });
});

describe("filters", () => {
  it("come apart into what must all hold and together again", () => {
    const one: Filter = { field: "a", op: "empty" };
    expect(partsOf(null)).toEqual([]);
    expect(partsOf(one)).toEqual([one]);
    expect(partsOf({ all: [one, one] })).toHaveLength(2);
    expect(allOf([])).toBeNull();
    expect(allOf([one])).toEqual(one);
    expect(allOf([{ any: [one] }])).toEqual({ all: [{ any: [one] }] });
  });

  it("are complete when there is something to compare with", () => {
    expect(isComplete({ field: "a", op: "empty" })).toBe(true);
    expect(isComplete({ field: "a", op: "in", value: [] })).toBe(false);
    expect(isComplete({ field: "a", op: "between", value: [null, "3"] })).toBe(true);
    expect(isComplete({ field: "a", op: "eq", value: false })).toBe(true);
  });

  it("offer several values where the operator takes several", () => {
    const [stage] = FIELDS.filter((one) => one.key === "stage");
    if (!stage) throw new Error("no field");
    expect(operatorsOf(stage)[0]).toBe("in");
    expect(operandField(stage, "in").kind).toBe("choices");
  });
});

it("keeps a grid's state in the address", () => {
  const address = {
    view: "mine",
    filter: { field: "a", op: "eq" as const, value: "é&x" },
    sort: [
      { field: "amount", descending: true },
      { field: "name", descending: false },
    ],
    q: "岚屿",
    group: "stage",
    record: "r1",
  };
  expect(readAddress(writeAddress(address))).toEqual(address);
  expect(writeAddress(readAddress(""))).toBe("");
  expect(readAddress("?filter=broken").filter).toBeNull();
});
