import { shallowRef } from "vue";
import { getApps } from "@/api/directory";
import type { AppEntry } from "@/api/types";
import { page } from "./page";

const apps = shallowRef<AppEntry[]>([]);
let asked = false;

/** Finds out which app each form stands in; links to forms of other apps need it. */
export function loadPlaces(): void {
  if (asked) return;
  asked = true;
  getApps().then(
    (found) => {
      apps.value = found;
    },
    () => {
      // Links then lead through the app at hand, which is right for most of them.
      asked = false;
    },
  );
}

/** The app of a form: where it stands in the navigation, else the app at hand. */
export function appOf(form: string): string {
  const here = page.app?.key;
  const holds = (app: AppEntry) =>
    app.navigation.some((group) => group.items.some((item) => item.key === form));
  const found = apps.value.find((app) => app.key === here && holds(app)) ?? apps.value.find(holds);
  return found?.key ?? here ?? form;
}

/** The page of a form's records. */
export function formHref(form: string, app = appOf(form)): string {
  return `/apps/${encodeURIComponent(app)}/forms/${encodeURIComponent(form)}`;
}

/** The page of a record. */
export function recordHref(form: string, id: string, app = appOf(form)): string {
  return `${formHref(form, app)}/records/${encodeURIComponent(id)}`;
}
