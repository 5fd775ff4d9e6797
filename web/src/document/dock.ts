/** What a check found in a document, as the dock and the publish dialog show it. */
export interface FoundProblem {
  message: string;
  /** Where it is, in words. */
  place: string;
  severity: "problem" | "warning";
}

/** Something that publishing would change. */
export interface ChangeLine {
  kind: "added" | "removed" | "changed";
  text: string;
}

export const CHANGE_ICONS = { added: "plus", removed: "minus", changed: "pencil" } as const;

/** What the server calls a change, as the sign it gets. */
export function changeKind(kind: string): ChangeLine["kind"] {
  if (kind.endsWith("added") || kind.endsWith("created")) return "added";
  return kind.endsWith("retired") ? "removed" : "changed";
}
