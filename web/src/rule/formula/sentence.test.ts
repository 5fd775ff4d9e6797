import { beforeAll, describe, expect, it } from "vitest";
import { loadTexts } from "@/app/i18n";
import { type ConditionNames, conditionPieces, conditionText } from "./sentence";

const LABELS: Record<string, string> = {
  amount: "金额",
  stage: "阶段",
  rate: "折扣",
  "lines.qty": "明细 · 数量",
};
const NAMES: ConditionNames = {
  field: (path) => LABELS[path] ?? null,
  value: (path, value) =>
    path === "stage" && value === "won"
      ? "赢单"
      : path === "rate"
        ? `${Number(value) * 100}%`
        : null,
};

beforeAll(() => loadTexts(["instance"]));

describe("a condition in words", () => {
  it.each([
    ["amount > 500000", "金额 大于 500,000"],
    ['amount >= 1_000_000.50 && stage == "won"', "金额 不小于 1,000,000.50 且 阶段 是 赢单"],
    ["stage != 'lost' || rate >= 0.3", "阶段 不是 lost 或 折扣 不小于 30%"],
    ['stage == ""', "阶段 是 空"],
    ["!(amount < 10)", "不满足 (金额 小于 10)"],
    ["SUM(lines.qty) > 3", "SUM (明细 · 数量) 大于 3"],
    ["unknown == true", "unknown 是 是"],
  ])("%s", (condition, words) => {
    expect(conditionText(condition, NAMES)).toBe(words);
  });

  it("marks operators only", () => {
    const strong = conditionPieces("amount > 5 && stage == 'won'", NAMES).filter(
      (one) => one.strong,
    );
    expect(strong.map((one) => one.text)).toEqual(["大于", "且", "是"]);
  });

  it("shows what it cannot read as it is written", () => {
    expect(conditionText("amount @@ ??", NAMES)).toBe("金额 @ @ ? ?");
  });
});
