import { type Ref, shallowRef, watch } from "vue";
import { type Conversion, listConversions } from "@/api/documents";

/** The conversions of a form, as of the revision that is published. */
export function useConversions(
  form: string,
  revision: Readonly<Ref<number>>,
): Readonly<Ref<Conversion[]>> {
  const found = shallowRef<Conversion[]>([]);
  watch(
    revision,
    async (at) => {
      // A form that was never published has none; without an answer the panels say nothing.
      found.value = at > 0 ? await listConversions(form).catch(() => []) : [];
    },
    { immediate: true },
  );
  return found;
}
