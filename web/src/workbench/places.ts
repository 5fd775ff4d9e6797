import type { AppEntry } from "@/api/types";

/** A form or dashboard of an app's navigation, with the app. */
export interface Place {
  app: string;
  key: string;
  label: string;
  icon: string | null;
  /** Whether the reader may make records; of a form. */
  canCreate: boolean;
}

/** The forms or the dashboards of some apps, in the order of their navigation. */
export function placesOf(apps: AppEntry[], kind: "form" | "dashboard"): Place[] {
  return apps.flatMap((app) =>
    app.navigation
      .flatMap((group) => group.items)
      .filter((item) => item.kind === kind)
      .map(({ key, label, icon, can_create }) => {
        return { app: app.key, key, label, icon, canCreate: can_create };
      }),
  );
}
