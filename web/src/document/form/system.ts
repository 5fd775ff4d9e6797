import type { KindKey } from "@/api/types";

/** The fields that every form has by itself, with their kinds. Texts: `designer.system.<key>`. */
export const SYSTEM_FIELDS: [key: string, kind: KindKey][] = [
  ["id", "text"],
  ["version", "number"],
  ["title", "text"],
  ["owner", "member"],
  ["department", "department"],
  ["flow_status", "choice"],
  ["created_at", "datetime"],
  ["created_by", "member"],
  ["updated_at", "datetime"],
  ["updated_by", "member"],
];

export const SYSTEM_KEYS: ReadonlySet<string> = new Set(SYSTEM_FIELDS.map(([key]) => key));

/** The states of `flow_status`; texts under `designer.flow_status.<key>`. */
export const FLOW_STATES = [
  "draft",
  "running",
  "approved",
  "returned",
  "rejected",
  "withdrawn",
] as const;
