import type { DocumentKind } from "@/api/documents";
import { jsonProblem, parseJson } from "../json";
import type { Opening } from "../opening";
import { useDraft } from "../useDraft";

export const asText = (document: unknown): string => JSON.stringify(document, null, 2);

/** A document that is edited as text: what is right JSON is saved as a draft and checked. */
export function useDocument(kind: DocumentKind, key: string, opening: Opening<unknown>) {
  function read(text: string): unknown {
    const parsed = parseJson(text);
    return "line" in parsed ? null : parsed.value;
  }

  const draft = useDraft<string, unknown>({
    kind,
    key,
    opening,
    write: asText,
    read,
    broken: jsonProblem,
  });
  return { ...draft, type: (text: string) => draft.apply(text, "text") };
}
