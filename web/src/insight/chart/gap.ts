import { t } from "@/app/i18n";
import { direction, pathNumber, shortNumber } from "./number";
import type { Figured, GapChart, GapFactor } from "./types";

/** A piece of a sentence: a slot that is drawn in its own way, or plain words. */
export interface Piece {
  text: string;
  mark?: "amount" | "share" | "assumption" | "execution";
}

/** The factors that did most in the direction of a sum, the largest first. */
export function mainFactors(
  factors: GapFactor[],
  effect: (factor: GapFactor) => Figured,
  sum: Figured,
): GapFactor[] {
  const way = Math.sign(Number(sum ?? 0));
  const size = (factor: GapFactor) => Number(effect(factor) ?? 0) * way;
  const helping = factors.filter((factor) => size(factor) > 0).sort((a, b) => size(b) - size(a));
  const [first, second] = helping;
  if (!first) return [];
  return second && size(second) >= size(first) * 0.6 ? [first, second] : [first];
}

/** The factor that did most to the gap, by its direct effect. */
export function mainFactor(chart: GapChart): GapFactor | undefined {
  return mainFactors(chart.factors, (factor) => factor.direct, chart.gap)[0];
}

/** The one sentence: how large the gap is, and whether plan or execution is the cause. */
export function verdict(chart: GapChart): Piece[] {
  const money = (value: string) => shortNumber(value.replace(/^-/, ""), "money");
  const key = `dashboard.verdict.${verdictKind(chart)}`;
  const names = (factors: GapFactor[]) =>
    factors.map((factor) => factor.label).join(t("dashboard.and"));
  const assumed = mainFactors(chart.factors, (factor) => factor.assumption, chart.assumption);
  const executed = mainFactors(chart.factors, (factor) => factor.execution, chart.execution);
  const direct = mainFactors(chart.factors, (factor) => factor.direct, chart.gap);
  const first = assumed[0];
  const value = (figured: Figured | undefined) =>
    first ? pathNumber(figured ?? null, first.format) : "";
  const signedMoney = (figured: Figured) => (figured === null ? "" : shortNumber(figured, "money"));
  return pieces(key, {
    gap: { text: money(chart.gap), mark: "amount" },
    assumption_share: { text: shortNumber(chart.shares?.[0] ?? null, "percent"), mark: "share" },
    execution_share: { text: shortNumber(chart.shares?.[1] ?? null, "percent"), mark: "share" },
    assumption_sum: { text: signedMoney(chart.assumption), mark: "share" },
    execution_sum: { text: signedMoney(chart.execution), mark: "share" },
    assumption: {
      text: t(`dashboard.verdict.assumption_${wayOf(chart.assumption)}`),
      mark: "assumption",
    },
    execution: { text: t("dashboard.verdict.execution_word"), mark: "execution" },
    factor: { text: first?.label ?? "" },
    planned: { text: value(first?.plan) },
    evidence: { text: value(first?.baseline) },
    executed: { text: names(executed) },
    factors: { text: names(direct) },
  });
}

/** Which of the sentences fits: what is known, and which way each part goes. */
export function verdictKind(chart: GapChart): string {
  if (direction(chart.gap) === "even") return "none";
  const way = direction(chart.gap) === "down" ? "short" : "over";
  if (chart.factors.length === 0) return `${way}_unexplained`;
  if (chart.baseline === null) return `${way}_direct`;
  const plays = (sum: Figured) => direction(sum) !== "even";
  if (chart.shares && plays(chart.assumption) && plays(chart.execution)) return `${way}_both`;
  if (chart.shares) return plays(chart.assumption) ? `${way}_assumption` : `${way}_execution`;
  return `${way}_against`;
}

function wayOf(sum: Figured): "high" | "low" {
  return direction(sum) === "up" ? "low" : "high";
}

const MARK = "\u0001";

/** A text of the catalogue in pieces, its parameters kept apart. */
function pieces(key: string, slots: Record<string, Piece>): Piece[] {
  const names = Object.keys(slots);
  const marked = Object.fromEntries(names.map((name) => [name, `${MARK}${name}${MARK}`]));
  return t(key, marked)
    .split(MARK)
    .map((part, index) => (index % 2 === 1 ? slots[part] : { text: part }))
    .filter((piece): piece is Piece => Boolean(piece?.text));
}
