/** What a piece of a formula is. `name` is a path such as `amount` or `lines.amount`. */
export type TokenKind = "function" | "name" | "number" | "text" | "constant" | "operator" | "space";

export interface Token {
  is: TokenKind;
  text: string;
  /** Where it begins, in UTF-16 units. */
  at: number;
}

/** The pieces of formulas by what they are; what is none of them is one sign, an operator. */
const PIECES: [Exclude<TokenKind, "function">, RegExp][] = [
  ["space", /\s+/y],
  ["text", /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`[^`]*`?/y],
  ["number", /\d[\d_]*(?:\.\d+)?/y],
  ["constant", /(?:true|false)(?![\p{L}\p{N}_.])/uy],
  ["name", /[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*\.?/uy],
  ["operator", /&&|\|\||[=!<>]=|./suy],
];

const CALLED = /[^.\s]+(?=\s*\()/y;

/** The piece of a formula that begins at a place, even where the formula is not right yet. */
export function tokenAt(formula: string, at: number): Token {
  for (const [is, pattern] of PIECES) {
    pattern.lastIndex = at;
    const text = pattern.exec(formula)?.[0];
    if (text !== undefined)
      return { is: is === "name" && isCalled(text) ? "function" : is, text, at };
  }
  return { is: "operator", text: formula.slice(at, at + 1), at };

  function isCalled(name: string): boolean {
    CALLED.lastIndex = at;
    return CALLED.exec(formula)?.[0] === name;
  }
}

/** Cuts a formula into pieces that together are the formula. */
export function tokenize(formula: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < formula.length; ) {
    const token = tokenAt(formula, at);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
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
  const last = tokenize(formula.slice(0, caret)).at(-1);
  const typed = last?.is === "name" || last?.is === "constant" ? last.text : "";
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
