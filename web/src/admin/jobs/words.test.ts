import { beforeAll, expect, it } from "vitest";
import { loadTexts } from "@/app/i18n";
import { fieldOf, type Job, resultText, sharingOf, tookText, type Work } from "./words";

const job = (more: Partial<Job>): Job => ({
  id: "j",
  kind: "sweep",
  key: null,
  state: "done",
  member: null,
  run_at: "2026-06-18T01:00:00Z",
  attempt: 1,
  done: 0,
  total: null,
  result: null,
  problems: [],
  created_at: "2026-06-18T00:00:00Z",
  updated_at: "2026-06-18T01:00:05Z",
  ...more,
});

beforeAll(() => loadTexts(["ui", "admin"]));

it("says what came of a job and how long it took, not counting the wait for its hour", () => {
  expect(resultText(job({ result: { sessions: 2, jobs: 0 } }))).toBe("清理了 2 个过期的登录");
  expect(resultText(job({ result: { sessions: 0 } }))).toBe("没有要清理的");
  expect(resultText(job({}))).toBe("");
  expect(tookText(job({}))).toBe("用时 5 秒");
  expect(tookText(job({ state: "queued" }))).toBe("");
});

it("puts the records together that share a value", () => {
  const records = [
    { id: "a", title: "A", value: "x" },
    { id: "b", title: "B", value: "y" },
    { id: "c", title: "C", value: "x" },
  ];
  const params = { field: "code", count: 3, records };
  const work = {
    problem: { code: "values_not_unique", pointer: "", message: "", params },
  } as unknown;
  expect(sharingOf(work as Work).map((one) => one.records.map(({ id }) => id))).toEqual([
    ["a", "c"],
    ["b"],
  ]);
  expect(fieldOf(work as Work)).toBe("code");
});
