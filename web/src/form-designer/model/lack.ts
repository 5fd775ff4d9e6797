import { t } from "@/app/i18n";
import type { FormDocument } from "@/document/form/document";

/**
 * What is still to be filled in at a pointer into a form, in words. What the format calls a text
 * that matches no pattern, or a list that is too short, is only not there yet.
 */
export function lackText(form: FormDocument, pointer: string): string | null {
  if (pointer === "/fields" && form.fields.length === 0) return t("designer.no_fields");
  if (valueAt(form, pointer) !== "") return null;
  return t(pointer.endsWith("/options/form") ? "designer.needs_form" : "designer.needs_value");
}

function valueAt(document: unknown, pointer: string): unknown {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document);
}
