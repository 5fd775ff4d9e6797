import { t } from "@/app/i18n";
import { textIn } from "@/app/localized";
import type { ChangeLine } from "@/document/dock";
import { type FlowDocument, type Part, partsOf } from "./document";

/** What differs between the published flow and the one being edited, step by step. */
export function differences(
  before: FlowDocument | null,
  after: FlowDocument,
  locale: string,
): ChangeLine[] {
  if (!before) return [];
  const [old, now] = [partsOf(before), partsOf(after)];
  const name = (part: Part | undefined) => textIn((part?.step ?? part?.branch)?.label, locale);
  const found: ChangeLine[] = [];
  for (const [key, part] of now) {
    const earlier = old.get(key);
    const label = name(part);
    if (!earlier)
      found.push({ kind: "added", text: t("flow_designer.difference.added", { label }) });
    else if (own(earlier) !== own(part)) {
      found.push({ kind: "changed", text: t("flow_designer.difference.changed", { label }) });
    }
  }
  for (const [key, part] of old) {
    if (now.has(key)) continue;
    const label = name(part);
    found.push({ kind: "removed", text: t("flow_designer.difference.removed", { label }) });
  }
  if (around(before) !== around(after)) {
    found.push({ kind: "changed", text: t("flow_designer.difference.flow") });
  }
  if (order(old, now) !== order(now, old)) {
    found.push({ kind: "changed", text: t("flow_designer.difference.order") });
  }
  return found;
}

/** A step or branch without what stands in it. */
function own(part: Part): string {
  const { steps: _, branches: __, ...rest } = { ...part.step, ...part.branch };
  return JSON.stringify(rest);
}

/** The flow without its steps. */
function around(document: FlowDocument): string {
  const { steps: _, ...rest } = document;
  return JSON.stringify(rest);
}

/** The keys that both have, in the order of the first. */
function order(parts: Map<string, Part>, other: Map<string, Part>): string {
  return [...parts.keys()].filter((key) => other.has(key)).join();
}
