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
  for (const part of aroundOf(before, after)) {
    found.push({ kind: "changed", text: t(`flow_designer.difference.${part}`) });
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

/** What of a flow has words of its own where it differs; the rest is what is set at its ends. */
const NAMED = ["label", "admins", "when_facts_change"] as const;

/** What differs of the flow itself, its steps left out. */
function aroundOf(before: FlowDocument, after: FlowDocument): string[] {
  const named = NAMED.filter(
    (part) => JSON.stringify(before[part]) !== JSON.stringify(after[part]),
  );
  return rest(before) === rest(after) ? named : [...named, "flow"];
}

function rest(document: FlowDocument): string {
  const { steps: _, label: __, admins: ___, when_facts_change: ____, ...others } = document;
  return JSON.stringify(others);
}

/** The keys that both have, in the order of the first. */
function order(parts: Map<string, Part>, other: Map<string, Part>): string {
  return [...parts.keys()].filter((key) => other.has(key)).join();
}
