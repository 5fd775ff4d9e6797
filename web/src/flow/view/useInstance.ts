import { computed, type Ref, watch } from "vue";
import { useLoad } from "@/api/load";
import { getInstance } from "@/api/records";
import type { Instance } from "@/api/types";
import type { InstancePlace } from "@/flow/admin/actions";
import { truthful } from "./truthful";

export interface InstanceSource {
  instance: Readonly<Ref<Instance | null>>;
  error: Readonly<Ref<unknown>>;
  reload: () => Promise<void>;
}

/** The instance of a record for everything on a page that tells of it; none without a place. */
export function useInstance(place: () => InstancePlace | null): InstanceSource {
  const load = useLoad(async () => {
    const at = place();
    if (!at) return null;
    return { record: at.record, instance: truthful(await getInstance(at.form, at.record)) };
  });
  watch(place, load.reload);
  // Until the answer for another record has come, there is nothing to show.
  const instance = computed(() => {
    const found = load.value.value;
    return found && found.record === place()?.record ? found.instance : null;
  });
  return { instance, error: load.error, reload: load.reload };
}
