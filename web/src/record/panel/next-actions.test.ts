import { afterEach, beforeAll, expect, it } from "vitest";
import { type App, createApp } from "vue";
import type { FormScreen, RecordScreen } from "@/api/types";
import { i18nPlugin, loadTexts } from "@/app/i18n";
import NextActions from "./NextActions.vue";

let app: App | undefined;

/** The words on the buttons for a record in its instance. */
function offered(canWithdraw: boolean): string {
  const found = {
    record: { id: "r1", version: 1, flow_status: "running" },
    operations: ["view"],
    buttons: [],
    can_withdraw: canWithdraw,
  } as unknown as RecordScreen;
  const place = document.body.appendChild(document.createElement("div"));
  app = createApp(NextActions, { screen: { buttons: [] } as unknown as FormScreen, found });
  app.use(i18nPlugin).mount(place);
  return place.textContent ?? "";
}

beforeAll(() => loadTexts(["ui", "record"]));
afterEach(() => app?.unmount());

it("offers taking a record back to those who may", () => {
  expect(offered(true)).toContain("撤回");
});

it("offers nobody else to take it back, while it is in its flow", () => {
  expect(offered(false)).not.toContain("撤回");
});
