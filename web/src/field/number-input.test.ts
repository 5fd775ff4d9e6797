import { expect, it } from "vitest";
import { createApp, nextTick, reactive } from "vue";
import NumberInput from "./NumberInput.vue";
import { fieldLike } from "./testing";

const AMOUNT = fieldLike("money", { key: "amount", label: "金额", options: { places: 2 } });

it("has all of the plain number selected before the first key comes", async () => {
  const place = document.createElement("div");
  document.body.append(place);
  const props = reactive({ field: AMOUNT, modelValue: "186000.00", id: "amount" });
  const app = createApp(NumberInput, props);
  app.mount(place);
  const input = place.querySelector("input");
  expect(input?.value).toBe("186,000.00");
  input?.focus();
  await nextTick();
  await nextTick();
  expect(input?.value).toBe("186000");
  expect([input?.selectionStart, input?.selectionEnd]).toEqual([0, "186000".length]);
  app.unmount();
});
