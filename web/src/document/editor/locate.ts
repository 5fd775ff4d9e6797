/** Where the value that a JSON pointer names stands in a JSON text. */
export interface Place {
  at: number;
  length: number;
  /** From 1. */
  line: number;
}

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+)/y;

/** Finds the value, or the deepest part of the way to it that is there. */
export function locate(text: string, pointer: string): Place | null {
  const steps = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  let found: Place | null = null;
  let matched = -1;
  const path: (string | number)[] = [];
  TOKEN.lastIndex = 0;

  function next(): { text: string; at: number } | null {
    const match = TOKEN.exec(text);
    const token = match?.[1];
    return token === undefined ? null : { text: token, at: TOKEN.lastIndex - token.length };
  }

  function note(at: number, length: number): void {
    const isOnTheWay = path.every((step, index) => String(step) === steps[index]);
    if (!isOnTheWay || path.length <= matched) return;
    matched = path.length;
    found = { at, length, line: text.slice(0, at).split("\n").length };
  }

  function value(token: { text: string; at: number } | null): void {
    if (!token) return;
    note(token.at, token.text.length);
    if (token.text === "{") object();
    else if (token.text === "[") list();
  }

  function object(): void {
    for (let token = next(); token && token.text !== "}"; token = next()) {
      if (token.text === ",") continue;
      path.push(JSON.parse(token.text) as string);
      next();
      value(next());
      path.pop();
    }
  }

  function list(): void {
    let index = 0;
    for (let token = next(); token && token.text !== "]"; token = next()) {
      if (token.text === ",") continue;
      path.push(index++);
      value(token);
      path.pop();
    }
  }

  value(next());
  return found;
}
