import { ref } from "vue";
import type { DocumentKind } from "@/api/documents";
import { t } from "@/app/i18n";
import { parseJson } from "../json";
import type { Opening } from "../opening";
import { useDraft } from "../useDraft";

export const asText = (document: unknown): string => JSON.stringify(document, null, 2);

/** A document that is edited as text: what is right JSON is saved as a draft and checked. */
export function useDocument(kind: DocumentKind, key: string, opening: Opening<unknown>) {
  const syntax = ref("");

  function read(text: string): unknown {
    const parsed = parseJson(text);
    syntax.value = "line" in parsed ? t("designer.json_error", { line: parsed.line }) : "";
    return "line" in parsed ? null : parsed.value;
  }

  const draft = useDraft<string, unknown>({ kind, key, opening, write: asText, read });
  return { ...draft, syntax, type: (text: string) => draft.apply(text, "text") };
}
