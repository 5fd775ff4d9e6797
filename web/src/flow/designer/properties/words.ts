import { type ComputedRef, computed } from "vue";
import { textIn } from "@/app/localized";
import { page } from "@/app/page";
import { fieldAt } from "@/document/form/place";
import { useOtherForms } from "@/document/others";
import type { EffectWords } from "../effects";
import { useFlow } from "../state";

/** The names of the records that the effects of the flow reach. */
export function useEffectWords(): ComputedRef<EffectWords> {
  const flow = useFlow();
  const forms = useOtherForms();
  return computed(() => {
    const { value: form } = flow.formDocument;
    return {
      own: textIn(form?.label, page.locale) || flow.document.value.form,
      link: (key) => textIn(form ? fieldAt(form, key)?.label : undefined, page.locale) || key,
      form: (key) => forms.value.find((one) => one.key === key)?.label ?? key,
    };
  });
}
