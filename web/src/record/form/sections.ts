import type { FieldScreen, FormScreen } from "@/api/types";

export interface Section {
  label: string | null;
  columns: number;
  fields: FieldScreen[];
}

/** The form's sections with their fields; fields of no section follow in one of their own. */
export function sectionsOf(screen: FormScreen): Section[] {
  const known = new Map(screen.fields.map((field) => [field.key, field]));
  const sections = screen.sections.map(({ label, columns, fields }) => ({
    label,
    columns,
    fields: fields.flatMap((key) => {
      const field = known.get(key);
      known.delete(key);
      return field ? [field] : [];
    }),
  }));
  const rest = [...known.values()];
  if (rest.length > 0) {
    sections.push({ label: null, columns: sections.length === 0 ? 1 : 2, fields: rest });
  }
  return sections.filter((section) => section.fields.length > 0);
}

/** Whether a section is nothing but one field of the same name, which then needs no label. */
export function isNamedAlike(section: Section): boolean {
  const [only] = section.fields;
  return section.fields.length === 1 && only?.label === section.label;
}

/** Whether a field takes the whole width of a section with two columns. */
export function isWide(field: FieldScreen): boolean {
  return field.shape === "rows" || field.long;
}

/**
 * Computed figures that stand beside the buttons of a form with rows: what they come to (the
 * amount that the list shows too), and a share.
 */
export function sumsOf(screen: FormScreen): FieldScreen[] {
  if (!screen.fields.some((field) => field.shape === "rows")) return [];
  const computed = screen.fields.filter((field) => field.computed);
  const amounts = computed.filter((field) => field.figure === "amount");
  const shares = computed.filter((field) => field.figure === "share");
  const listed = new Set(screen.views[0]?.columns);
  const amount = amounts.find((field) => listed.has(field.key)) ?? amounts.at(-1);
  return [...(amount ? [amount] : []), ...shares.slice(0, 1)];
}
