import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EvaluationQueue } from "./evaluation";

interface Question {
  changed: string[];
  answer: (value: string) => void;
  refuse: (error: unknown) => void;
}

function setUp() {
  const questions: Question[] = [];
  const taken: [string, string[]][] = [];
  const failures: unknown[] = [];
  const queue = new EvaluationQueue<string>({
    ask: (changed) =>
      new Promise((answer, refuse) => {
        questions.push({ changed, answer, refuse });
      }),
    take: (answer, newer) => taken.push([answer, [...newer]]),
    fail: (error) => failures.push(error),
  });
  return { queue, questions, taken, failures };
}

describe("EvaluationQueue", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("waits until typing rests, then asks once about all of it", async () => {
    const { queue, questions } = setUp();
    queue.touch("a");
    await vi.advanceTimersByTimeAsync(149);
    queue.touch("b");
    await vi.advanceTimersByTimeAsync(149);
    expect(questions).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(questions.map((one) => one.changed)).toEqual([["a", "b"]]);
  });

  it("asks one question at a time and says what is newer than an answer", async () => {
    const { queue, questions, taken } = setUp();
    queue.touch("a");
    await vi.advanceTimersByTimeAsync(150);
    queue.touch("b");
    await vi.advanceTimersByTimeAsync(1000);
    expect(questions).toHaveLength(1);
    questions[0]?.answer("first");
    await vi.advanceTimersByTimeAsync(0);
    expect(taken).toEqual([["first", ["b"]]]);
    expect(questions[1]?.changed).toEqual(["b"]);
  });

  it("settles when nothing is left to ask", async () => {
    const { queue, questions } = setUp();
    const done = vi.fn();
    queue.touch("a");
    void queue.settle().then(done);
    await vi.advanceTimersByTimeAsync(0);
    queue.touch("b");
    questions[0]?.answer("first");
    await vi.advanceTimersByTimeAsync(0);
    expect(done).not.toHaveBeenCalled();
    questions[1]?.answer("second");
    await vi.advanceTimersByTimeAsync(0);
    expect(done).toHaveBeenCalled();
    expect(queue.busy).toBe(false);
  });

  it("goes on after a question that failed", async () => {
    const { queue, questions, taken, failures } = setUp();
    queue.touch("a");
    await vi.advanceTimersByTimeAsync(150);
    questions[0]?.refuse("down");
    await vi.advanceTimersByTimeAsync(0);
    queue.touch("b");
    await vi.advanceTimersByTimeAsync(150);
    questions[1]?.answer("fine");
    await vi.advanceTimersByTimeAsync(0);
    expect(failures).toEqual(["down"]);
    expect(taken).toEqual([["fine", []]]);
  });

  it("takes nothing after it was stopped", async () => {
    const { queue, questions, taken } = setUp();
    queue.touch("a");
    await vi.advanceTimersByTimeAsync(150);
    queue.stop();
    questions[0]?.answer("late");
    await vi.advanceTimersByTimeAsync(0);
    expect(taken).toEqual([]);
  });
});
