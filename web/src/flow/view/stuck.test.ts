import { expect, it } from "vitest";
import type { FormScreen, Instance, RecordScreen } from "@/api/types";
import { lackingFields } from "./stuck";

const branch = (key: string, when: string | null) => ({
  key,
  label: key,
  when,
  taken: false,
  steps: [],
});
const instance = {
  state: "stuck",
  steps: [
    {
      key: "split",
      label: "split",
      kind: "branch",
      state: "stuck",
      people: [],
      branches: [
        branch("far", "days > 3"),
        branch("large", "daily > 1000"),
        branch("vague", "note == 1"),
      ],
    },
  ],
} as unknown as Instance;
const field = (key: string) => ({ key, label: key.toUpperCase() });
const form = { fields: ["days", "daily", "note"].map(field) } as unknown as FormScreen;

it("names what the condition lacks, of the first branch that could not be told", () => {
  const found = {
    record: { id: "r", version: 1, title: "", days: "0", daily: null, note: null },
    failures: [
      { code: "formula_failed", pointer: "/daily", message: "division by zero", params: {} },
    ],
  } as Pick<RecordScreen, "record" | "failures">;
  expect(lackingFields(instance, form, found)).toEqual([
    { label: "DAILY", why: "division by zero" },
  ]);
});
