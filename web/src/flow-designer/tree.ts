import type { ApproverMode } from "../api/types";
import { t } from "../i18n";
import { type ConditionNames, conditionPieces } from "../process/condition";
import { approversText, type Names } from "../process/describe";
import type { TreeStep } from "../process/layout";
import { type FlowBranch, type FlowDocument, type FlowStep, labelText, listOf } from "./document";

/** A flow's document as it is drawn. */
export function documentTree(
  document: FlowDocument,
  locale: string,
  names: Names,
  condition: ConditionNames,
): TreeStep[] {
  const draw = (step: FlowStep): TreeStep => ({
    key: step.key,
    label: labelText(step.label, locale) || step.key,
    kind: step.kind,
    detail: detailOf(step, names),
    branches: step.branches && listOf<FlowBranch>(step.branches).map(drawBranch),
  });
  const drawBranch = (branch: FlowBranch) => ({
    key: branch.key,
    label: labelText(branch.label, locale) || branch.key,
    condition: branch.when ? conditionPieces(branch.when, condition) : null,
    steps: listOf<FlowStep>(branch.steps).filter(isDrawn).map(draw),
  });
  return listOf<FlowStep>(document.steps).filter(isDrawn).map(draw);
}

function isDrawn(step: FlowStep | null): boolean {
  return typeof step?.key === "string" && typeof step.kind === "string";
}

function detailOf(step: FlowStep, names: Names): string {
  switch (step.kind) {
    case "branch":
      return t(`process.branch_mode.${step.mode === "every" ? "every" : "first"}`);
    case "act":
      return t("flow_designer.effects", { n: listOf(step.effects).length });
    case "copy_to":
      return approversText(listOf(step.to), undefined, names);
    default:
      return approversText(listOf(step.assignees), (step.mode as ApproverMode) ?? "any", names);
  }
}
