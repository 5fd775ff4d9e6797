import { type Ref, shallowRef } from "vue";
import { getDirectory } from "@/api/directory";
import type { Directory } from "@/api/types";

const directory = shallowRef<Directory | null>(null);
let asked = false;

/** The organisation's people; null until they have been fetched, once for the page. */
export function useDirectory(): Readonly<Ref<Directory | null>> {
  if (!asked) {
    asked = true;
    getDirectory().then(
      (found) => {
        directory.value = found;
      },
      () => {
        // Names fall back to ids; the next component that mounts asks again.
        asked = false;
      },
    );
  }
  return directory;
}
