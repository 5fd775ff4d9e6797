/** What a piece of a formula is. `name` is a path such as `amount` or `lines.amount`. */
export type TokenKind = "function" | "name" | "number" | "text" | "constant" | "operator" | "space";

export interface Token {
  is: TokenKind;
  text: string;
  /** Where it begins, in UTF-16 units. */
  at: number;
}

const NAME = /[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*\.?/uy;
const NUMBER = /\d[\d_]*(?:\.\d+)?/y;
const TEXT = /"(?:[^"\\]|\\.)*"?|`[^`]*`?/y;
const SPACE = /\s+/y;

/** Cuts a formula into pieces that together are the formula, even where it is not right yet. */
export function tokenize(formula: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(formula)?.[0] ?? null;
  };
  while (at < formula.length) {
    const token = read(match, formula, at);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function read(match: (pattern: RegExp) => string | null, formula: string, at: number): Token {
  const space = match(SPACE);
  if (space) return { is: "space", text: space, at };
  const text = match(TEXT);
  if (text) return { is: "text", text, at };
  const number = match(NUMBER);
  if (number) return { is: "number", text: number, at };
  const name = match(NAME);
  if (name) {
    const rest = formula.slice(at + name.length).trimStart();
    if (rest.startsWith("(") && !name.includes(".")) return { is: "function", text: name, at };
    return { is: /^(?:true|false)$/.test(name) ? "constant" : "name", text: name, at };
  }
  return { is: "operator", text: String.fromCodePoint(formula.codePointAt(at) ?? 0), at };
}

/** Every path that a formula reads, each once. */
export function pathsIn(formula: string): string[] {
  const names = tokenize(formula).filter((token) => token.is === "name");
  return [...new Set(names.map((token) => token.text.replace(/\.$/, "")))];
}

/** The formula with its paths written anew; `rename` answers null for those that stay. */
export function renamePaths(formula: string, rename: (path: string) => string | null): string {
  return tokenize(formula)
    .map((token) => (token.is === "name" ? (rename(token.text) ?? token.text) : token.text))
    .join("");
}

/** What is being typed at a place: the start of a name, and what stands before its dot. */
export function typedAt(
  formula: string,
  caret: number,
): { from: number; owner: string; text: string } {
  const before = formula.slice(0, caret);
  const typed = before.match(/[\p{L}_][\p{L}\p{N}_.]*$/u)?.[0] ?? "";
  if ((before.match(/"/g) ?? []).length % 2 === 1) return { from: caret, owner: "", text: "" };
  const dot = typed.lastIndexOf(".");
  return {
    from: caret - (typed.length - dot - 1),
    owner: dot < 0 ? "" : typed.slice(0, dot),
    text: typed.slice(dot + 1),
  };
}

/** A text as a literal of the formula language. */
export function literal(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
