import { beforeAll, expect, it } from "vitest";
import { createApp, h, nextTick } from "vue";
import type { Instance, InstanceStep } from "@/api/types";
import { i18nPlugin, loadTexts, t } from "@/app/i18n";
import AdminMenu from "./AdminMenu.vue";

const instance = (steps: InstanceStep[]): Instance => ({
  flow: { key: "f", label: "f", version: 1 },
  state: "running",
  started_at: "2026-06-18T01:00:00Z",
  finished_at: null,
  starter: "chen",
  stuck: null,
  may_administer: true,
  steps,
  log: [],
});

beforeAll(() => loadTexts(["ui", "field", "instance"]));

it("ends nothing before somebody has said how", async () => {
  const place = document.body.appendChild(document.createElement("div"));
  const of = { form: "f", record: "r", directory: null, instance: instance([]) };
  createApp({ render: () => h(AdminMenu, of) })
    .use(i18nPlugin)
    .mount(place);
  const end = [...place.querySelectorAll("button")].find(
    (button) => button.textContent === t("instance.admin.end"),
  );
  end?.click();
  await nextTick();
  await nextTick();
  const reason = document.querySelector<HTMLTextAreaElement>("#step-in textarea");
  if (!reason) throw new Error("no dialog");
  reason.value = "the project was given up";
  reason.dispatchEvent(new Event("input"));
  await nextTick();
  const send = document.querySelector<HTMLButtonElement>("[form=step-in]");
  expect(send?.disabled).toBe(true);
});
