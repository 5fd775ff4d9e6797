import type { ApproverMode } from "@/api/types";
import { t } from "@/app/i18n";
import { textIn } from "@/app/localized";
import { approversText, type Names } from "@/flow/view/describe";
import type { TreeStep } from "@/flow/view/layout";
import { type ConditionNames, conditionPieces } from "@/rule/formula/sentence";
import { type Effect, type FlowBranch, type FlowDocument, type FlowStep, listOf } from "./document";

/** The words that a flow is drawn with. */
export interface TreeWords {
  names: Names;
  condition: ConditionNames;
  /** The record that an effect changes or makes. */
  target: (effect: Effect) => string;
}

/** A flow's document as it is drawn. */
export function documentTree(document: FlowDocument, locale: string, words: TreeWords): TreeStep[] {
  const { condition } = words;
  const draw = (step: FlowStep): TreeStep => ({
    key: step.key,
    label: textIn(step.label, locale) || step.key,
    kind: step.kind,
    detail: detailOf(step, words),
    branches: step.branches && listOf<FlowBranch>(step.branches).map(drawBranch),
  });
  const drawBranch = (branch: FlowBranch) => ({
    key: branch.key,
    label: textIn(branch.label, locale) || branch.key,
    condition: branch.when ? conditionPieces(branch.when, condition) : null,
    steps: listOf<FlowStep>(branch.steps).filter(isDrawn).map(draw),
  });
  return listOf<FlowStep>(document.steps).filter(isDrawn).map(draw);
}

function isDrawn(step: FlowStep | null): boolean {
  return typeof step?.key === "string" && typeof step.kind === "string";
}

function detailOf(step: FlowStep, { names, target }: TreeWords): string {
  switch (step.kind) {
    case "branch":
      return t(`instance.branch_mode.${step.mode === "every" ? "every" : "first"}`);
    case "act":
      return [...new Set(listOf<Effect>(step.effects).map(target))].join(t("ui.list_separator"));
    case "copy_to":
      return approversText(listOf(step.to), undefined, names);
    default:
      return approversText(listOf(step.assignees), (step.mode as ApproverMode) ?? "any", names);
  }
}
