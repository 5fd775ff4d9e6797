import { type Component, type InjectionKey, inject, type Ref, ref } from "vue";
import type { FieldScreen } from "@/api/types";

/** What a kind's `Configure.vue` may need of the form that is designed. */
export interface Configuring {
  /** The other fields of the form, or the other columns of the subform. */
  siblings: Ref<FieldScreen[]>;
  /** The forms that a link can lead to. */
  forms: Ref<{ key: string; label: string }[]>;
  locale: string;
  /** Edits which records of another form are meant: `fields`, and a filter as the model. */
  filterEditor: Component | null;
}

export const CONFIGURING: InjectionKey<Configuring> = Symbol("configuring");

const ALONE: Configuring = {
  siblings: ref([]),
  forms: ref([]),
  locale: "zh-CN",
  filterEditor: null,
};

export function useConfiguring(): Configuring {
  return inject(CONFIGURING, ALONE);
}

/** Options with one of them set; `undefined` and an empty text take it away. */
export function withOption(
  options: Record<string, unknown>,
  name: string,
  value: unknown,
): Record<string, unknown> {
  const { [name]: _, ...rest } = options;
  return value === undefined || value === "" ? rest : { ...rest, [name]: value };
}
