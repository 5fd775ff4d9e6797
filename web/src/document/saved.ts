import { formatMoment } from "@/app/format";
import { t } from "@/app/i18n";
import type { Autosave } from "./autosave";

/** Which version is at hand: a published one, or a draft that began from one; 0 is none. */
export function versionText(autosave: Autosave, revision: number, basedOn: number): string {
  if (autosave.state.value === "none") {
    return basedOn === 0 ? t("designer.state.new") : t("designer.state.published", { n: revision });
  }
  return basedOn === 0
    ? t("designer.state.first_draft")
    : t("designer.state.draft", { n: basedOn });
}

/** What has become of the last change; nothing where there is no draft. */
export function savedText(autosave: Autosave, broken = ""): string {
  if (broken) return t("designer.state.broken");
  const at = autosave.savedAt.value;
  const state = autosave.state.value;
  if (state === "none") return "";
  if (state !== "saved") return t(`designer.state.${state}`);
  return at ? t("designer.state.saved", { time: formatMoment(at).slice(-5) }) : "";
}
