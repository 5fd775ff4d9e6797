import type { Instance, StepKind, StepState } from "@/api/types";
import type { Piece } from "@/rule/formula/sentence";

/** A step as it is drawn. */
export interface TreeStep {
  key: string;
  label: string;
  kind: StepKind;
  /** The second line of the card. */
  detail: string;
  /** How far it is; none in a definition. */
  state?: StepState;
  /** Nobody has been at it, and nobody will be. */
  left?: boolean;
  branches?: TreeBranch[];
}

/** A branch as it is drawn. */
export interface TreeBranch {
  key: string;
  label: string;
  /** The condition in words; none is "otherwise". */
  condition: Piece[] | null;
  taken?: boolean;
  steps: TreeStep[];
}

export const CARD = { width: 224, height: 48 };
const PILL_HEIGHT = 26;
const END_HEIGHT = 30;
const GAP = 16;
const COLUMN_GAP = 32;
const ELBOW = 10;
/** From the pill to the line that leads to the branches, and from there to the conditions. */
const FORK = 10;
const CONDITION_TOP = 14;
/** From the longest branch to the line where they meet: a step can be put in between. */
const JOIN = 20;
const CONDITION_WIDTH = 232;
const CONDITION_LINE = 18;
const CONDITION_PADDING = 10;
const MARGIN = 24;

/** What stands where; `x` is the middle, `y` the upper edge. */
export interface Placed<T> {
  item: T;
  x: number;
  y: number;
}

export interface PlacedCondition extends Placed<TreeBranch> {
  width: number;
  height: number;
}

/** A line, as the `d` of an SVG path, and what it says about what has happened. */
export interface Line {
  d: string;
  look: "plain" | "done" | "to_come" | "off";
}

export interface TreeLayout {
  width: number;
  height: number;
  cards: Placed<TreeStep>[];
  pills: Placed<TreeStep>[];
  conditions: PlacedCondition[];
  /** Where a step can be put in between, in the middle of the line. */
  spots: PlacedSpot[];
  lines: Line[];
  start: { x: number; y: number };
  end: { x: number; y: number };
}

/** Where a new step can be put: before the step at `index` of the flow's steps, or a branch's. */
export interface Spot {
  branch: string | null;
  index: number;
}

export interface PlacedSpot extends Spot {
  x: number;
  y: number;
}

interface Block {
  width: number;
  height: number;
}

/**
 * Places a tree from top to bottom, each branching centred over its branches. `state` is that of
 * the instance that is drawn, if it is one.
 */
export function layoutTree(steps: TreeStep[], state?: Instance["state"]): TreeLayout {
  const block = measureSequence(steps);
  const x = MARGIN + Math.max(block.width, CARD.width) / 2;
  const layout: TreeLayout = {
    width: Math.max(block.width, CARD.width) + 2 * MARGIN,
    height: 0,
    cards: [],
    pills: [],
    conditions: [],
    spots: [],
    lines: [],
    start: { x, y: MARGIN },
    end: { x, y: 0 },
  };
  const top = MARGIN + END_HEIGHT;
  const bottom = placeSequence(steps, { x, top, branch: null }, layout, false);
  const last = state === undefined ? "plain" : state === "completed" ? "done" : "to_come";
  vertical(layout, x, bottom, bottom + GAP, last);
  layout.end.y = bottom + GAP;
  layout.height = bottom + GAP + END_HEIGHT + MARGIN;
  return layout;
}

function measureSequence(steps: TreeStep[]): Block {
  const blocks = steps.map(measureStep);
  return {
    width: Math.max(CARD.width, ...blocks.map((block) => block.width)),
    height: blocks.reduce((sum, block) => sum + GAP + block.height, 0),
  };
}

function measureStep(step: TreeStep): Block {
  if (step.kind !== "branch") return CARD;
  const columns = (step.branches ?? []).map(measureBranch);
  const widths = columns.reduce((sum, column) => sum + column.width, 0);
  const gaps = COLUMN_GAP * Math.max(0, columns.length - 1);
  const tallest = Math.max(0, ...columns.map((column) => column.height));
  return {
    width: Math.max(CARD.width, widths + gaps),
    height: PILL_HEIGHT + FORK + CONDITION_TOP + tallest + JOIN + FORK,
  };
}

function measureBranch(branch: TreeBranch): Block {
  const inside = measureSequence(branch.steps);
  return {
    width: Math.max(inside.width, CONDITION_WIDTH),
    height: conditionHeight(branch) + inside.height,
  };
}

/** The branch's name, and its condition in as many lines as it is likely to take. */
function conditionHeight(branch: TreeBranch): number {
  const text = branch.condition?.map((piece) => piece.text).join(" ") ?? "";
  const units = [...text].reduce((sum, one) => sum + (one.charCodeAt(0) > 0x2e80 ? 2 : 1), 0);
  const lines = Math.min(3, Math.ceil(units / 32));
  return (1 + lines) * CONDITION_LINE + CONDITION_PADDING;
}

function placeSequence(
  steps: TreeStep[],
  { x, top, branch }: { x: number; top: number; branch: string | null },
  layout: TreeLayout,
  off: boolean,
): number {
  let y = top;
  for (const [index, step] of steps.entries()) {
    layout.spots.push({ branch, index, x, y: y + GAP / 2 });
    vertical(layout, x, y, y + GAP, lookBefore(step, off));
    y = placeStep(step, x, y + GAP, layout, off);
  }
  layout.spots.push({ branch, index: steps.length, x, y: y + GAP / 2 });
  return y;
}

function lookBefore(step: TreeStep, off: boolean): Line["look"] {
  if (!step.state) return "plain";
  if (off || step.left) return "off";
  return step.state === "to_come" ? "to_come" : "done";
}

function placeStep(step: TreeStep, x: number, y: number, layout: TreeLayout, off: boolean): number {
  if (step.kind !== "branch") {
    layout.cards.push({ item: step, x, y });
    return y + CARD.height;
  }
  layout.pills.push({ item: step, x, y });
  const block = measureStep(step);
  const branches = step.branches ?? [];
  const columns = branches.map(measureBranch);
  const used =
    columns.reduce((sum, column) => sum + column.width, 0) +
    COLUMN_GAP * Math.max(0, columns.length - 1);
  const fork = y + PILL_HEIGHT + FORK;
  const join = y + block.height - FORK;
  vertical(layout, x, y + PILL_HEIGHT, fork, "plain");
  let left = x - used / 2;
  for (const [index, branch] of branches.entries()) {
    const width = columns[index]?.width ?? CONDITION_WIDTH;
    placeBranch(branch, { x, column: left + width / 2, fork, join }, layout, {
      off: off || (branch.taken === false && isDecided(step)),
      live: step.state !== undefined,
    });
    left += width + COLUMN_GAP;
  }
  vertical(layout, x, join, y + block.height, "plain");
  return y + block.height;
}

function isDecided(step: TreeStep): boolean {
  return step.state === "done" || step.state === "skipped";
}

function placeBranch(
  branch: TreeBranch,
  at: { x: number; column: number; fork: number; join: number },
  layout: TreeLayout,
  instance: { off: boolean; live: boolean },
): void {
  const { x, column, fork, join } = at;
  const look = instance.off ? "off" : instance.live && branch.taken ? "done" : "plain";
  const top = fork + CONDITION_TOP;
  const height = conditionHeight(branch);
  layout.lines.push({ d: elbowDown(x, fork, column, top), look });
  layout.conditions.push({ item: branch, x: column, y: top, width: CONDITION_WIDTH, height });
  const bottom = placeSequence(
    branch.steps,
    { x: column, top: top + height, branch: branch.key },
    layout,
    instance.off,
  );
  layout.lines.push({
    d: elbowBack(column, bottom, x, join),
    look: instance.off ? "off" : "plain",
  });
}

function vertical(
  layout: TreeLayout,
  x: number,
  from: number,
  to: number,
  look: Line["look"],
): void {
  layout.lines.push({ d: `M${x} ${from}V${to}`, look });
}

/** From the fork sideways, then down to a branch. */
function elbowDown(x: number, fork: number, column: number, top: number): string {
  if (Math.abs(column - x) < 1) return `M${x} ${fork}V${top}`;
  const turn = column < x ? -ELBOW : ELBOW;
  return `M${x} ${fork}H${column - turn}q${turn} 0 ${turn} ${ELBOW}V${top}`;
}

/** From the end of a branch down, then sideways to where the branches meet. */
function elbowBack(column: number, bottom: number, x: number, join: number): string {
  if (Math.abs(column - x) < 1) return `M${x} ${bottom}V${join}`;
  const turn = column < x ? ELBOW : -ELBOW;
  return `M${column} ${bottom}V${join - ELBOW}q0 ${ELBOW} ${turn} ${ELBOW}H${x}`;
}
