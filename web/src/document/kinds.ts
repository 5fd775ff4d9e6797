import type { DocumentKind } from "@/api/documents";

/** How each kind of document is told apart: its icon and colour. */
export const KIND_LOOKS: Record<DocumentKind, { icon: string; tone: string }> = {
  form: { icon: "file-text", tone: "c1" },
  flow: { icon: "workflow", tone: "c5" },
  dashboard: { icon: "layout-dashboard", tone: "c2" },
  permission_group: { icon: "shield", tone: "c4" },
  script: { icon: "code", tone: "c3" },
  app: { icon: "layout-grid", tone: "c6" },
};

/** The kinds as they are listed within an app. */
export const LISTED_KINDS: DocumentKind[] = [
  "form",
  "flow",
  "dashboard",
  "permission_group",
  "script",
];
