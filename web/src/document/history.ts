/** How long edits of the same thing count as one step, in milliseconds. */
const TOGETHER_MS = 900;
/** Steps that are kept. */
const MOST_STEPS = 200;

interface Edit {
  /** What was edited, such as a field's label; edits of the same thing follow each other. */
  thing: string | null;
  at: number;
}

/** What was, what is and what will be again. Values are never changed, only replaced. */
export interface History<T> {
  readonly present: T;
  readonly past: readonly T[];
  readonly future: readonly T[];
  readonly last: Edit | null;
}

export function begin<T>(present: T): History<T> {
  return { present, past: [], future: [], last: null };
}

/** Goes on to the next value. Typing into one `thing` without a pause is one step. */
export function advance<T>(
  history: History<T>,
  next: T,
  thing: string | null = null,
  now = Date.now(),
): History<T> {
  if (next === history.present) return history;
  const { last } = history;
  const goesOn = thing !== null && last?.thing === thing && now - last.at < TOGETHER_MS;
  const past = goesOn ? history.past : [...history.past, history.present].slice(-MOST_STEPS);
  return { present: next, past, future: [], last: { thing, at: now } };
}

export function undo<T>(history: History<T>): History<T> {
  const previous = history.past.at(-1);
  if (previous === undefined) return history;
  return {
    present: previous,
    past: history.past.slice(0, -1),
    future: [history.present, ...history.future],
    last: null,
  };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...rest] = history.future;
  if (next === undefined) return history;
  return { present: next, past: [...history.past, history.present], future: rest, last: null };
}
