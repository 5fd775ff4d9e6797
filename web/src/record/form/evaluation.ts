/** What a queue sends, and what becomes of the answer. */
export interface Evaluating<Answer> {
  /** Asks the server; `changed` are the paths that changed since it was last asked. */
  ask: (changed: string[], signal: AbortSignal) => Promise<Answer>;
  /** Takes an answer; `newer` are paths that have changed since the question. */
  take: (answer: Answer, newer: ReadonlySet<string>) => void;
  /** Told when a question could not be answered; what was typed stays as it is. */
  fail?: (error: unknown) => void;
  /** How long typing must rest, in milliseconds. */
  rest?: number;
}

const REST_MS = 150;

/**
 * Has what is typed evaluated by the server: at most one question at a time, the newest
 * state wins.
 *
 * Changes during a question are gathered and asked about after it. A path is `account`, or
 * `lines/2/qty` for a column of a row.
 */
export class EvaluationQueue<Answer> {
  readonly #how: Evaluating<Answer>;
  #changed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #running: AbortController | null = null;
  #idle: (() => void)[] = [];

  constructor(how: Evaluating<Answer>) {
    this.#how = how;
  }

  /** Whether something has not been evaluated yet. */
  get busy(): boolean {
    return this.#running !== null || this.#timer !== null || this.#changed.size > 0;
  }

  /** Notes that the value at a path has changed. */
  touch(path: string): void {
    this.#changed.add(path);
    this.#schedule(this.#how.rest ?? REST_MS);
  }

  /** Asks now, and waits until everything typed so far has been evaluated. */
  settle(): Promise<void> {
    if (!this.busy) return Promise.resolve();
    if (!this.#running) this.#schedule(0);
    return new Promise((done) => {
      this.#idle.push(done);
    });
  }

  /** Asks about everything as it stands, without a change: at the start of a form. */
  start(): Promise<void> {
    return this.#run();
  }

  /** Gives up: nothing is asked or taken any more. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#changed.clear();
    this.#running?.abort();
    this.#running = null;
    this.#rest();
  }

  #schedule(delay: number): void {
    if (this.#running) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), delay);
  }

  async #run(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const changed = [...this.#changed];
    this.#changed = new Set();
    const running = new AbortController();
    this.#running = running;
    try {
      const answer = await this.#how.ask(changed, running.signal);
      if (!running.signal.aborted) this.#how.take(answer, this.#changed);
    } catch (error) {
      if (!running.signal.aborted) this.#how.fail?.(error);
    }
    if (this.#running !== running) return;
    this.#running = null;
    if (this.#changed.size > 0) this.#schedule(0);
    else this.#rest();
  }

  #rest(): void {
    const waiting = this.#idle;
    this.#idle = [];
    for (const done of waiting) done();
  }
}
