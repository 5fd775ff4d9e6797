import { describe, expect, it } from "vitest";
import type { FieldScreen, FormScreen, RecordValues } from "@/api/types";
import { fieldLike } from "@/field/testing";
import { canEdit } from "./editing";
import { pastePlan } from "./paste";
import { type Group, groupRecords, groupRows, recordRows } from "./rows";
import { inOrder } from "./useGroups";
import { columnWidths } from "./widths";

const field = (key: string, kind: string, more: Partial<FieldScreen> = {}) =>
  fieldLike(kind, { key, label: key, ...more });
const record = (id: string, more: Partial<RecordValues> = {}): RecordValues => ({
  id,
  version: 1,
  title: id,
  ...more,
});

describe("widths of columns", () => {
  const NAME = field("name", "text");
  const measure = (text: string) => text.length * 8;
  const width = (column: FieldScreen, values: string[], totals = {}) =>
    columnWidths(
      {
        columns: [NAME, column],
        records: values.map((value, index) => record(String(index), { [column.key]: value })),
        totals,
        totalWord: "Sum",
        directory: null,
      },
      measure,
    )[1] ?? 0;

  it("hold the whole head, with room for the mark of the order", () => {
    expect(width(field("Expected amount", "money"), ["1.00"])).toBe(15 * 8 + 20 + 20 + 21);
  });

  it("hold the longest value, within bounds", () => {
    expect(width(field("n", "text"), ["short", "much longer than the head"])).toBe(25 * 8 + 21);
    expect(width(field("n", "text"), ["x".repeat(500)])).toBe(280 + 21);
    expect(width(field("n", "text"), [])).toBe(88);
  });

  it("give the first column room for a name, whatever stands in it", () => {
    const first = (name: string) =>
      columnWidths(
        {
          columns: [NAME],
          records: [record("1", { name })],
          totals: {},
          totalWord: "",
          directory: null,
        },
        measure,
      )[0];
    expect(first("BJ-01041")).toBe(184);
    expect(first("x".repeat(30))).toBe(30 * 8 + 21);
    expect(first("x".repeat(500))).toBe(301);
  });

  it("hold the total with its word", () => {
    const column = field("amount", "money");
    const text = "Sum".length + "7,427,570.80".length;
    expect(width(column, ["1.00"], { amount: "7427570.80" })).toBe(text * 8 + 6 + 21);
  });

  it("do not change with records that come later", () => {
    const values = Array.from({ length: 100 }, () => "short");
    expect(width(field("n", "text"), [...values, "a value that is much longer"])).toBe(88);
  });
});

describe("groups", () => {
  const STAGE = field("stage", "choice", {
    options: {
      options: [
        { key: "need", label: "需求" },
        { key: "won", label: "赢单" },
      ],
    },
  });
  const group = (value: string | null, count: number, ids: string[], next: string | null = null) =>
    ({
      field: STAGE,
      value,
      count,
      totals: {},
      records: ids.map((id) => record(id)),
      next,
    }) satisfies Group;

  it("stand in the order of the options, those without a value last", () => {
    const values = [null, "gone", "won", "need"].map((value) => ({ value }));
    expect(inOrder(STAGE, values).map(({ value }) => value)).toEqual(["need", "won", "gone", null]);
  });

  it("keep the place of records that are still to come", () => {
    const groups = [group("need", 3, ["a", "b"], "cursor"), group("won", 1, ["c"])];
    const rows = groupRows(groups, new Set());
    expect(rows.map((row) => row.kind)).toEqual([
      "group",
      "record",
      "record",
      "wait",
      "group",
      "record",
    ]);
    expect(rows.at(-1)).toMatchObject({ id: "c", index: 2, place: 4 });
  });

  it("show only their head when they are closed", () => {
    const groups = [group("need", 2, ["a", "b"]), group(null, 1, ["c"])];
    const closed = new Set<string | null>(["need"]);
    expect(groupRows(groups, closed).map((row) => row.kind)).toEqual(["group", "group", "record"]);
    expect(groupRecords(groups, closed).map(({ id }) => id)).toEqual(["c"]);
  });
});

describe("a cell can be changed in place", () => {
  const amount = field("amount", "money");
  const screen = {
    operations: ["view", "update"],
    fields: [amount, field("sum", "money", { computed: true })],
  } as unknown as FormScreen;

  it.each<[string, FieldScreen, Partial<RecordValues>, boolean]>([
    ["a field of one's own", amount, {}, true],
    ["a computed one", field("sum", "money", { computed: true }), {}, false],
    ["one that may only be read", field("amount", "money", { access: "read" }), {}, false],
    ["a system field", field("owner", "member"), {}, false],
    ["a record in a flow", amount, { flow_status: "running" }, false],
    ["rows", field("amount", "subform"), {}, false],
  ])("%s", (_, column, values, expected) => {
    expect(canEdit(screen, column, record("r", values))).toBe(expected);
  });

  it("only by somebody who may change records", () => {
    const read = { ...screen, operations: ["view"] } as unknown as FormScreen;
    expect(canEdit(read, amount, record("r"))).toBe(false);
  });
});

describe("pasting", () => {
  const NAME = field("name", "text");
  const AMOUNT = field("amount", "money", { options: { places: 2 } });
  const SUM = field("sum", "money", { computed: true });
  const screen = {
    operations: ["view", "update"],
    fields: [NAME, AMOUNT, SUM],
  } as unknown as FormScreen;
  const plan = (cells: string[][], row: number, column: number, records = ["a", "b"]) =>
    pastePlan(
      cells,
      { row, column },
      {
        screen,
        rows: recordRows(records.map((id) => record(id))),
        columns: [NAME, AMOUNT, SUM],
        directory: null,
      },
    );
  const said = ({ changes, left }: ReturnType<typeof plan>) => [
    changes.map((change) => [change.record.id, change.values]),
    left,
  ];

  it("goes right over columns and down over records", () => {
    const cells = [
      ["甲", "1,200"],
      ["乙", "￥300.5"],
    ];
    expect(said(plan(cells, 0, 0))).toEqual([
      [
        ["a", { name: "甲", amount: "1200" }],
        ["b", { name: "乙", amount: "300.5" }],
      ],
      0,
    ]);
  });

  it("leaves computed cells, unreadable ones and what lies beyond the grid", () => {
    expect(said(plan([["5", "6", "7"]], 0, 1))).toEqual([[["a", { amount: "5" }]], 2]);
    expect(said(plan([["many"]], 0, 1))).toEqual([[], 1]);
    expect(said(plan([["甲"], ["乙"]], 1, 0))).toEqual([[["b", { name: "甲" }]], 1]);
  });

  it("empties a cell", () => {
    expect(said(plan([[""]], 0, 1))).toEqual([[["a", { amount: null }]], 0]);
  });
});
