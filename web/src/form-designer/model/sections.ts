import type {
  ButtonDocument,
  FormDocument,
  RuleDocument,
  SectionDocument,
  ViewDocument,
} from "@/document/form/document";
import { shifted } from "./fields";
import { layoutOf, withLayout } from "./layout";

/** A new part of the form behind another. */
export function addSection(
  form: FormDocument,
  section: SectionDocument,
  after: number,
): FormDocument {
  const sections = layoutOf(form);
  return withLayout(form, sections.toSpliced(after + 1, 0, section));
}

/** Takes a heading away; its fields join the section before, or the next. */
export function removeSection(form: FormDocument, at: number): FormDocument {
  const sections = layoutOf(form);
  const gone = sections[at];
  if (!gone || sections.length === 1) return form;
  const to = at === 0 ? 1 : at - 1;
  const joined = sections.map((section, index) => {
    if (index !== to) return section;
    const fields =
      to < at ? [...section.fields, ...gone.fields] : [...gone.fields, ...section.fields];
    return { ...section, fields };
  });
  return withLayout(form, joined.toSpliced(at, 1));
}

/** Changes a section; `undefined` takes a property away. */
export function setSection(
  form: FormDocument,
  at: number,
  patch: Partial<SectionDocument>,
): FormDocument {
  const sections = layoutOf(form).map((section, index) => {
    if (index !== at) return section;
    const { label, ...rest } = { ...section, ...patch };
    return label === undefined ? rest : { label, ...rest };
  });
  return withLayout(form, sections);
}

export function moveSection(form: FormDocument, at: number, step: -1 | 1): FormDocument {
  return withLayout(form, shifted(layoutOf(form), at, step));
}

interface Lists {
  rules: RuleDocument;
  views: ViewDocument;
  buttons: ButtonDocument;
}

/** Puts one more rule, view or button at the end. */
export function addItem<L extends keyof Lists>(
  form: FormDocument,
  list: L,
  item: Lists[L],
): FormDocument {
  return { ...form, [list]: [...itemsOf(form, list), item] };
}

export function setItem<L extends keyof Lists>(
  form: FormDocument,
  list: L,
  at: number,
  item: Lists[L],
): FormDocument {
  return { ...form, [list]: itemsOf(form, list).map((one, index) => (index === at ? item : one)) };
}

export function removeItem(form: FormDocument, list: keyof Lists, at: number): FormDocument {
  return { ...form, [list]: itemsOf(form, list).filter((_, index) => index !== at) };
}

export function moveItem(
  form: FormDocument,
  list: keyof Lists,
  at: number,
  step: -1 | 1,
): FormDocument {
  return { ...form, [list]: shifted(itemsOf(form, list), at, step) };
}

function itemsOf<L extends keyof Lists>(form: FormDocument, list: L): Lists[L][] {
  return (form[list] ?? []) as unknown as Lists[L][];
}

/** A copy without the properties that hold nothing: empty texts, lists and `undefined`. */
export function tidy<T extends object>(item: T): T {
  const holds = (value: unknown) =>
    value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(item).filter(([, value]) => holds(value))) as T;
}
