import { t } from "@/app/i18n";

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

type Token = { is: "path" | "text" | "number" | "operator" | "other"; text: string };

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(\d[\d_]*(?:\.\d+)?)|(&&|\|\||[=!<>]=|[<>!])|([\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*)|(\S))/uy;

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
  const tokens = tokenize(condition);
  return tokens.map((token, index) => {
    if (token.is === "operator") return { text: operatorWord(token.text), strong: true };
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

function tokenize(condition: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(condition); match; match = TOKEN.exec(condition)) {
    const [, text, number, operator, path, other] = match;
    if (text !== undefined) tokens.push({ is: "text", text: text.slice(1, -1) });
    else if (number !== undefined) tokens.push({ is: "number", text: number });
    else if (operator !== undefined) tokens.push({ is: "operator", text: operator });
    else if (path !== undefined) tokens.push({ is: "path", text: path });
    else if (other !== undefined) tokens.push({ is: "other", text: other });
  }
  return tokens;
}

/** The path on the other side of a comparison, for the words of its values. */
function comparedWith(tokens: Token[], index: number): string | null {
  const operator = tokens[index - 1];
  const left = tokens[index - 2];
  const compares = operator?.is === "operator" && !["&&", "||", "!"].includes(operator.text);
  return compares && left?.is === "path" ? left.text : null;
}

function operatorWord(operator: string): string {
  const name = OPERATORS[operator];
  return name ? t(`instance.condition.${name}`) : operator;
}

function wordOf(token: Token, path: string | null, names: ConditionNames): string {
  if (token.is === "path") return names.field(token.text) ?? constantWord(token.text);
  if (token.is !== "text" && token.is !== "number") return token.text;
  const value = token.is === "number" ? token.text.replaceAll("_", "") : token.text;
  const label = path ? names.value?.(path, value) : null;
  if (label) return label;
  if (token.is === "number") return grouped(value);
  return value === "" ? t("instance.condition.empty") : value;
}

function constantWord(word: string): string {
  return word === "true" || word === "false" ? t(`instance.condition.${word}`) : word;
}

/** Thousands separators in plain digits, exact. */
function grouped(number: string): string {
  const [whole = "", part] = number.split(".");
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return part === undefined ? groups : `${groups}.${part}`;
}
