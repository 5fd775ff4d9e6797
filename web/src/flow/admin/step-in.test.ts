import { beforeAll, expect, it, vi } from "vitest";
import { createApp, h, nextTick, ref } from "vue";
import type { Instance, InstanceStep } from "@/api/types";
import { i18nPlugin, loadTexts, t } from "@/app/i18n";
import { missingOf, type StepIn, stepAtHand, stepInsOf } from "./actions";
import { outlineOf } from "./outline";
import StepInDialog from "./StepInDialog.vue";

const resume = vi.hoisted(() => vi.fn());
vi.mock("@/api/instances", () => ({ resumeInstance: resume }));
vi.mock("@/api/directory", () => ({
  getDirectory: () => new Promise(() => {}),
  memberName: String,
}));

const step = (key: string, more: Partial<InstanceStep> = {}): InstanceStep => ({
  key,
  label: key,
  kind: "approve",
  state: "to_come",
  entered_at: null,
  assignees: [],
  people: [],
  ...more,
});
const branch = (key: string, ...steps: InstanceStep[]) => ({
  key,
  label: key,
  when: null,
  taken: false,
  steps,
});
const instance = (more: Partial<Instance> = {}): Instance => ({
  flow: { key: "f", label: "f", version: 1 },
  state: "running",
  started_at: "2026-06-18T01:00:00Z",
  finished_at: null,
  starter: "chen",
  stuck: null,
  may_administer: true,
  steps: [],
  log: [],
  ...more,
});
const why = {
  since: "2026-06-18T01:00:00Z",
  code: "branch_undecided",
  message: "days is empty",
  admins: [],
};

beforeAll(() => loadTexts(["ui", "field", "instance"]));

it("offers what an instance can still be helped with", () => {
  const people = [{ member: "lin", task: "1", state: "open", comment: null, at: null } as const];
  const held = instance({ steps: [step("a", { state: "current", people: [...people] })] });
  expect(stepInsOf(held)).toEqual(["reassign", "jump", "end"]);
  expect(stepInsOf(instance({ state: "stuck", stuck: why }))).toEqual(["resume", "jump", "end"]);
  expect(stepInsOf(instance({ state: "completed", stuck: why }))).toEqual(["resume", "end"]);
  expect(stepInsOf(instance({ state: "completed" }))).toEqual([]);
  expect(stepInsOf(null)).toEqual(["end"]);
});

it("lists steps as they stand in the flow and marks where it is", () => {
  const split = step("s", {
    kind: "branch",
    state: "stuck",
    branches: [branch("big", step("b")), branch("else")],
  });
  const stuck = instance({ steps: [step("a", { state: "done" }), split, step("c")] });
  expect(stepAtHand(stuck)?.key).toBe("s");
  const rows = outlineOf(stuck).map(({ value, depth, mark }) => [value, depth, mark !== undefined]);
  expect(rows).toEqual([
    ["a", 0, false],
    ["s", 0, true],
    [undefined, 1, false],
    ["b", 2, false],
    ["c", 0, false],
  ]);
});

it("ends nothing before somebody has said how and why", () => {
  const draft = { task: "", member: [], step: null, how: null, comment: "given up" };
  expect(missingOf("end", draft)).toBe("how");
  expect(missingOf("end", { ...draft, how: "cancelled", comment: " " })).toBe("reason");
  expect(missingOf("end", { ...draft, how: "cancelled" })).toBeNull();
  expect(missingOf("jump", draft)).toBe("step");
  expect(missingOf("reassign", { ...draft, task: "1" })).toBe("member");
});

it("stays open with the reason when it is stuck again", async () => {
  resume.mockResolvedValue({ stuck: why });
  const action = ref<StepIn | null>("resume");
  const place = document.body.appendChild(document.createElement("div"));
  createApp({
    render: () =>
      h(StepInDialog, {
        at: { form: "f", record: "r" },
        flow: "f",
        instance: instance({ state: "stuck", stuck: why }),
        action: action.value,
        onClose: () => {
          action.value = null;
        },
      }),
  })
    .use(i18nPlugin)
    .mount(place);
  await nextTick();
  await nextTick();
  const text = document.querySelector<HTMLTextAreaElement>("#step-in textarea");
  if (!text) throw new Error("no dialog");
  text.value = "days are filled in";
  text.dispatchEvent(new Event("input"));
  document.querySelector("#step-in")?.dispatchEvent(new Event("submit", { cancelable: true }));
  await vi.waitFor(() =>
    expect(document.querySelector("#step-in [role=alert]")?.textContent).toContain(why.message),
  );
  expect(document.querySelector("#step-in")?.textContent).toContain(
    t("instance.admin.still_stuck"),
  );
  expect(action.value).toBe("resume");
});
