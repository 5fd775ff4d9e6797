import { findNodeAtLocation, type Node, type ParseError, parseTree } from "jsonc-parser";

/** Where a value stands in a text: from `start` to before `end`. */
export interface Range {
  start: number;
  end: number;
}

/** A JSON text that was read, with the place of every value by its JSON pointer. */
export type Source =
  | { ok: true; value: unknown; ranges: Map<string, Range> }
  | { ok: false; offset: number };

const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };

/** Reads JSON and remembers where everything stands. */
export function readSource(text: string): Source {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, STRICT);
  const [first] = errors;
  if (first || !root) return { ok: false, offset: first?.offset ?? 0 };
  try {
    return { ok: true, value: JSON.parse(text) as unknown, ranges: rangesOf(root) };
  } catch {
    // What only the platform's reader refuses, such as a control character in a text.
    return { ok: false, offset: root.offset };
  }
}

function rangesOf(root: Node): Map<string, Range> {
  const ranges = new Map<string, Range>();
  const walk = (node: Node, pointer: string): void => {
    ranges.set(pointer, { start: node.offset, end: node.offset + node.length });
    for (const [index, child] of (node.children ?? []).entries()) {
      if (node.type === "array") walk(child, pointer + pointerStep(index));
      const [key, value] = child.children ?? [];
      if (node.type === "object" && key && value) walk(value, pointer + pointerStep(key.value));
    }
  };
  walk(root, "");
  return ranges;
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

/** Where a value begins, how long it is, and in which line, from 1. */
export interface Place {
  at: number;
  length: number;
  line: number;
}

/** Finds the value that a pointer names, or the deepest part of the way to it that is there. */
export function locate(text: string, pointer: string): Place | null {
  const node = nodeAt(text, pointer);
  // Of an object or a list the bracket is enough to see.
  return node && placeOfNode(text, node, node.children ? 1 : node.length);
}

/** Finds the name of the member that a pointer names. */
export function locateKey(text: string, pointer: string): Place | null {
  const key = nodeAt(text, pointer)?.parent;
  const name = key?.type === "property" ? key.children?.[0] : undefined;
  return name ? placeOfNode(text, name, name.length) : locate(text, pointer);
}

const placeOfNode = (text: string, { offset: at }: Node, length: number): Place => ({
  at,
  length,
  line: lineOf(text, at).line,
});

function nodeAt(text: string, pointer: string): Node | null {
  let node = parseTree(text);
  if (!node) return null;
  for (const step of pointer.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    const next = findNodeAtLocation(node, [node.type === "array" ? Number(name) : name]);
    if (!next) break;
    node = next;
  }
  return node;
}
