import { type DocumentEntry, documentUses } from "@/api/design";
import { loadEntries } from "@/document/others";

/** Which other published documents speak of a field of a form, as the server finds them. */
export async function mentionedIn(form: string, path: string): Promise<DocumentEntry[]> {
  const [uses, entries] = await Promise.all([documentUses("form", form, path), loadEntries()]);
  const named = new Set(uses.map(({ kind, key }) => `${kind} ${key}`));
  named.delete(`form ${form}`);
  return entries.filter(({ kind, key }) => named.has(`${kind} ${key}`));
}
