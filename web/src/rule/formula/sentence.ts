import { t } from "@/app/i18n";
import { type Token, tokenize } from "./tokens";

/** A piece of a condition in words; operators stand out. */
export interface Piece {
  text: string;
  strong: boolean;
}

/** What the words of a condition are found by. */
export interface ConditionNames {
  /** The label of a field, or of `field.part`; nothing when there is none. */
  field: (path: string) => string | null;
  /** The label of a value of a field, such as a choice's; nothing when it has none. */
  value?: (path: string, value: string) => string | null;
}

const OPERATORS: Record<string, string> = {
  "==": "eq",
  "!=": "ne",
  ">": "gt",
  ">=": "gte",
  "<": "lt",
  "<=": "lte",
  "&&": "and",
  "||": "or",
  "!": "not",
};

/**
 * A condition as a sentence: `amount > 500000 && stage == "won"` becomes
 * `金额 大于 500,000 且 阶段 是 赢单`. What has no words is shown as it is written.
 */
export function conditionPieces(condition: string, names: ConditionNames): Piece[] {
  const tokens = tokenize(condition).filter((token) => token.is !== "space");
  return tokens.map((token, index) => {
    if (Object.hasOwn(OPERATORS, token.text))
      return { text: operatorWord(token.text), strong: true };
    return { text: wordOf(token, comparedWith(tokens, index), names), strong: false };
  });
}

/** A condition in one line, for titles. */
export function conditionText(condition: string, names: ConditionNames): string {
  return joined(conditionPieces(condition, names).map((piece) => piece.text));
}

/** Words with spaces where Chinese and other scripts are easier read with them. */
function joined(words: string[]): string {
  return words
    .join(" ")
    .replace(/\( /g, "(")
    .replace(/ ([),])/g, "$1");
}

/** The path on the other side of a comparison, for the words of its values. */
function comparedWith(tokens: Token[], index: number): string | null {
  const operator = tokens[index - 1];
  const left = tokens[index - 2];
  const compares =
    operator &&
    Object.hasOwn(OPERATORS, operator.text) &&
    !["&&", "||", "!"].includes(operator.text);
  return compares && left?.is === "name" ? left.text : null;
}

function operatorWord(operator: string): string {
  return t(`instance.condition.${OPERATORS[operator]}`);
}

function wordOf(token: Token, path: string | null, names: ConditionNames): string {
  if (token.is === "name") return names.field(token.text) ?? token.text;
  if (token.is === "constant") return t(`instance.condition.${token.text}`);
  if (token.is !== "text" && token.is !== "number") return token.text;
  const value = token.is === "number" ? token.text.replaceAll("_", "") : token.text.slice(1, -1);
  const label = path ? names.value?.(path, value) : null;
  if (label) return label;
  if (token.is === "number") return grouped(value);
  return value === "" ? t("instance.condition.empty") : value;
}

/** Thousands separators in plain digits, exact. */
function grouped(number: string): string {
  const [whole = "", part] = number.split(".");
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return part === undefined ? groups : `${groups}.${part}`;
}
