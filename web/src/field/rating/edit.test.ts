import { beforeAll, describe, expect, it } from "vitest";
import { createApp, h, nextTick, ref } from "vue";
import type { FieldScreen, Value } from "@/api/types";
import { i18nPlugin, loadTexts } from "@/app/i18n";
import { fieldLike } from "../testing";
import { fromText } from "../text";
import Edit from "./Edit.vue";

const field = (more: Partial<FieldScreen> = {}): FieldScreen => ({
  ...fieldLike("number", { label: "满意度", options: { max: "5", icon: "heart" }, ...more }),
  kind: "rating",
  figure: "mark",
});

function mounted(of: FieldScreen, begun: Value) {
  const value = ref<Value>(begun);
  const place = document.createElement("div");
  const set = (next: Value) => {
    value.value = next;
  };
  const app = createApp({
    render: () =>
      h(Edit, { field: of, id: "f", modelValue: value.value, "onUpdate:modelValue": set }),
  });
  app.use(i18nPlugin).mount(place);
  const slider = place.querySelector<HTMLElement>("[role=slider]");
  if (!slider) throw new Error("no slider");
  return { value, slider };
}

describe("a rating", () => {
  beforeAll(() => loadTexts(["ui", "field"]));

  it("is set by arrows, digits, Home and End, and taken back by Delete", async () => {
    const { value, slider } = mounted(field(), null);
    const steps: [string, Value][] = [
      ["ArrowRight", "1"],
      ["ArrowUp", "2"],
      ["End", "5"],
      ["ArrowRight", "5"],
      ["ArrowLeft", "4"],
      ["9", "4"],
      ["3", "3"],
      ["Home", "1"],
      ["ArrowDown", null],
      ["2", "2"],
      ["Delete", null],
    ];
    for (const [key, expected] of steps) {
      slider.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      await nextTick();
      expect([key, value.value]).toEqual([key, expected]);
    }
    expect(slider.getAttribute("aria-valuenow")).toBe("0");
    expect(slider.getAttribute("aria-valuetext")).toBe("未评分");
  });

  it("is set by a click; a second click takes it back where it may be empty", async () => {
    for (const [required, after] of [
      [false, null],
      [true, "4"],
    ] as const) {
      const { value, slider } = mounted(field({ required }), null);
      const mark = slider.querySelector<HTMLElement>("[data-mark='4']");
      mark?.click();
      await nextTick();
      expect(value.value).toBe("4");
      mark?.click();
      await nextTick();
      expect(value.value).toBe(after);
    }
  });

  it.each([
    ["4", "4"],
    ["★★★☆☆", "3"],
    ["6", undefined],
    ["0", undefined],
    ["2.5", undefined],
    ["好", undefined],
    [" ", null],
  ])("reads %j from a spreadsheet", (text, expected) => {
    expect(fromText(field(), text)).toBe(expected);
  });
});
