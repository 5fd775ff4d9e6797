import { type Ref, ref } from "vue";

const query = matchMedia("(max-width: 767px)");
const phone = ref(query.matches);
query.addEventListener("change", () => {
  phone.value = query.matches;
});

/** Whether the page is as narrow as a phone. */
export function useIsPhone(): Readonly<Ref<boolean>> {
  return phone;
}
