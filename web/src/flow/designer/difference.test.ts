import { beforeAll, expect, it } from "vitest";
import { loadTexts } from "@/app/i18n";
import { differences } from "./difference";
import type { FlowDocument, FlowStep } from "./document";

const step = (key: string, more: Partial<FlowStep> = {}): FlowStep => ({
  key,
  label: key.toUpperCase(),
  kind: "approve",
  ...more,
});
const split = (...steps: FlowStep[]): FlowStep => ({
  key: "s",
  label: "S",
  kind: "branch",
  branches: [{ key: "x", label: "X", steps }],
});
const flow = (...steps: FlowStep[]): FlowDocument => ({
  key: "f",
  app: "crm",
  form: "quotation",
  label: "F",
  steps,
});
const texts = (before: FlowDocument | null, after: FlowDocument) =>
  differences(before, after, "zh-CN").map((one) => one.text);

beforeAll(() => loadTexts(["flow_designer"]));

it("names what was added, removed and changed, wherever it stands", () => {
  const before = flow(step("a"), split(step("b")), step("c"));
  const after = flow(step("a", { mode: "all" }), split(step("d")), step("c"));
  expect(texts(before, after)).toEqual(["“A”有改动", "新增“D”", "删除“B”"]);
});

it("knows a mere change of order, and of the flow itself", () => {
  const before = flow(step("a"), step("b"));
  expect(texts(before, flow(step("b"), step("a")))).toEqual(["步骤的顺序有改动"]);
  expect(texts(before, { ...before, label: "G" })).toEqual(["流程的名称有改动"]);
  expect(texts(before, before)).toEqual([]);
});

it("compares nothing with a flow that was never published", () => {
  expect(texts(null, flow(step("a")))).toEqual([]);
});
