import type { FormDocument, SectionDocument } from "@/document/form/document";
import { isSystemField } from "@/field/vocabulary";

/** The sections as they are drawn: fields that stand in none follow in one of their own. */
export function layoutOf(form: FormDocument): SectionDocument[] {
  const known = new Set(form.fields.map((field) => field.key));
  const placed = new Set<string>();
  const sections = (form.sections ?? []).map((section) => ({
    ...section,
    fields: section.fields.filter((key) => {
      if ((!known.has(key) && !isSystemField(key)) || placed.has(key)) return false;
      placed.add(key);
      return true;
    }),
  }));
  const rest = form.fields.map((field) => field.key).filter((key) => !placed.has(key));
  if (rest.length === 0 && sections.length > 0) return sections;
  return [...sections, { columns: sections.length === 0 ? 1 : 2, fields: rest }];
}

/** The form with its drawn layout written down. */
export function withLayout(form: FormDocument, sections: SectionDocument[]): FormDocument {
  return { ...form, sections };
}

/** Which section a field is drawn in; -1 for a column of a subform. */
export function sectionOf(form: FormDocument, key: string): number {
  return layoutOf(form).findIndex((section) => section.fields.includes(key));
}
