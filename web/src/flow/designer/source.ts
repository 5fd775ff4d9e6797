/** Where a value stands in a text: from `start` to before `end`. */
export interface Range {
  start: number;
  end: number;
}

/** A JSON text that was read, with the place of every value by its JSON pointer. */
export type Source =
  | { ok: true; value: unknown; ranges: Map<string, Range> }
  | { ok: false; offset: number };

/** Reads JSON and remembers where everything stands. */
export function readSource(text: string): Source {
  const reader = new Reader(text);
  try {
    const value = reader.document();
    return { ok: true, value, ranges: reader.ranges };
  } catch (error) {
    if (error instanceof Misread) return { ok: false, offset: error.offset };
    throw error;
  }
}

/** Line and column of an offset, both from 1. */
export function lineOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - before.lastIndexOf("\n") };
}

/** The pointer of the innermost value at an offset. */
export function pointerAt(ranges: Map<string, Range>, offset: number): string {
  let found = "";
  for (const [pointer, range] of ranges) {
    const inside = range.start <= offset && offset <= range.end;
    if (inside && pointer.length >= found.length) found = pointer;
  }
  return found;
}

/** One step of a pointer, escaped. */
export function pointerStep(step: string | number): string {
  return `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

class Misread extends Error {
  constructor(readonly offset: number) {
    super("not JSON");
  }
}

class Reader {
  readonly ranges = new Map<string, Range>();
  private at = 0;

  constructor(private readonly text: string) {}

  document(): unknown {
    const value = this.value("");
    this.space();
    if (this.at < this.text.length) throw new Misread(this.at);
    return value;
  }

  private value(pointer: string): unknown {
    this.space();
    const start = this.at;
    const value = this.any(pointer);
    this.ranges.set(pointer, { start, end: this.at });
    return value;
  }

  private any(pointer: string): unknown {
    switch (this.text[this.at]) {
      case "{":
        return this.object(pointer);
      case "[":
        return this.array(pointer);
      default:
        return this.plain();
    }
  }

  private object(pointer: string): Record<string, unknown> {
    const found: [string, unknown][] = [];
    this.list("}", () => {
      const key = this.plain();
      if (typeof key !== "string") throw new Misread(this.at);
      this.space();
      this.take(":");
      found.push([key, this.value(pointer + pointerStep(key))]);
    });
    return Object.fromEntries(found);
  }

  private array(pointer: string): unknown[] {
    const found: unknown[] = [];
    this.list("]", () => {
      found.push(this.value(pointer + pointerStep(found.length)));
    });
    return found;
  }

  /** The items between brackets, separated by commas. */
  private list(end: string, item: () => void): void {
    this.at += 1;
    this.space();
    if (this.text[this.at] === end) {
      this.at += 1;
      return;
    }
    for (;;) {
      this.space();
      item();
      this.space();
      if (this.text[this.at] === end) break;
      this.take(",");
    }
    this.at += 1;
  }

  /** A text, number, boolean or null: the platform's reader knows best what is one. */
  private plain(): unknown {
    const token = /^(?:"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)/.exec(
      this.text.slice(this.at, this.at + 100_000),
    )?.[0];
    if (token === undefined) throw new Misread(this.at);
    try {
      const value: unknown = JSON.parse(token);
      this.at += token.length;
      return value;
    } catch {
      throw new Misread(this.at);
    }
  }

  private take(character: string): void {
    if (this.text[this.at] !== character) throw new Misread(this.at);
    this.at += 1;
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? "")) this.at += 1;
  }
}
