import { describe, expect, it } from "vitest";
import {
  formatCompact,
  formatNumber,
  formatPercent,
  formatRelative,
  formatShort,
  momentOf,
  parseDay,
  parseNumber,
  parseTable,
  shiftPoint,
  sumDecimals,
  tableText,
} from ".";

describe("numbers", () => {
  it("keeps the places of the text and every digit", () => {
    expect(formatNumber("386000.00")).toBe("386,000.00");
    expect(formatNumber("-9007199254740993.01")).toBe("-9,007,199,254,740,993.01");
    expect(formatShort("262480.50")).toBe("262,480.50");
    expect(formatShort("262480.00")).toBe("262,480");
    expect(formatPercent("0.125", 4)).toBe("12.5%");
    expect(formatPercent("0.9000", 4)).toBe("90.0%");
    expect(formatPercent("1", 2)).toBe("100%");
  });

  it("says large amounts in 万 and 亿", () => {
    expect(formatCompact("9999")).toBe("9,999");
    expect(formatCompact("652000.00")).toBe("65.2 万");
    expect(formatCompact("-1234567890")).toBe("-12.3 亿");
  });

  it("adds exactly", () => {
    expect(sumDecimals(["0.1", "0.2", null, "x"])).toBe("0.3");
    expect(sumDecimals(["-0.05", "0.01"])).toBe("-0.04");
    expect(sumDecimals([])).toBe("0");
  });

  it.each([
    ["1,234.5", "1234.5"],
    ["￥12万", "120000"],
    ["１２．５", "12.5"],
    ["(300)", "-300"],
    ["-0.0", "0"],
    ["12.5%", "0.125"],
    ["1.2k", "1200"],
    [".5", "0.5"],
    ["12a", null],
    ["", null],
    ["1.2.3", null],
  ])("reads %j as %j", (typed, expected) => {
    expect(parseNumber(typed)).toBe(expected);
  });

  it("reads percentages with and without the sign", () => {
    expect(parseNumber("18", true)).toBe("0.18");
    expect(parseNumber("18%", true)).toBe("0.18");
    expect(shiftPoint("0.125", 2)).toBe("12.5");
    expect(shiftPoint("-5", -3)).toBe("-0.005");
  });
});

describe("tables", () => {
  it("reads what spreadsheets copy", () => {
    expect(parseTable('a\tb\r\n"two\nlines"\t"say ""hi"""\n')).toEqual([
      ["a", "b"],
      ["two\nlines", 'say "hi"'],
    ]);
    expect(parseTable("one")).toEqual([["one"]]);
  });

  it("reads what it writes", () => {
    const rows = [
      ["a\tb", 'c"d'],
      ["", "e\nf"],
    ];
    expect(parseTable(tableText(rows))).toEqual(rows);
  });

  it("lets no cell become a formula of a spreadsheet", () => {
    const risky = ["=HYPERLINK(1)", "+1+cmd", "-2+3", "@SUM(1)", " =1", "'=1"];
    for (const cell of risky) expect(tableText([[cell]]).startsWith("'")).toBe(true);
    expect(parseTable(tableText([risky]))).toEqual([risky]);
    const plain = ["-5", "-1,234.50", "-12.5%", "+86 138 0000 0000", "a=b", "'tis", ""];
    expect(tableText([plain])).toBe(plain.join("\t"));
  });
});

describe("days and moments", () => {
  it.each([
    ["2026-6-3", "2026-06-03"],
    ["2026/06/03", "2026-06-03"],
    ["2026年6月3日", "2026-06-03"],
    ["2026-02-30", null],
    ["6/3", null],
  ])("reads %j as %j", (typed, expected) => {
    expect(parseDay(typed)).toBe(expected);
  });

  it("turns wall-clock time of the organisation into a moment", () => {
    expect(momentOf("2026-06-18 14:32")).toBe("2026-06-18T06:32:00.000Z");
  });

  it("says how long ago in words", () => {
    const now = new Date("2026-06-18T06:32:00Z");
    expect(formatRelative("2026-06-18T06:29:00Z", now)).toBe("3 分钟前");
    expect(formatRelative("2026-06-17T08:42:00Z", now)).toBe("昨天 16:42");
  });
});
