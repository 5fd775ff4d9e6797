import type { FunctionEntry } from "@/api/design";
import type { FieldScreen } from "@/api/types";
import type { FormDocument } from "@/document/form/document";
import { linkedForm } from "@/field/linked";
import { type Name, namesIn, ownerOf, type Scope } from "./names";
import { typedAt } from "./tokens";

/** Something that can be put in at the caret. */
export interface Completion {
  /** What is written. */
  text: string;
  label: string;
  /** The part of the label that was typed is before this. */
  kind: "name" | "function";
  field?: FieldScreen;
  hint?: string;
  opens: boolean;
}

export interface Completions {
  /** Where what was typed begins. */
  from: number;
  typed: string;
  items: Completion[];
}

const MOST = 40;
const NOTHING: Completions = { from: 0, typed: "", items: [] };

/** What could stand at the caret: fields by key or label, functions by name. */
export async function completionsAt(
  formula: string,
  caret: number,
  around: {
    form: FormDocument;
    scope: Scope;
    system: FieldScreen[];
    functions: FunctionEntry[];
    locale: string;
  },
): Promise<Completions> {
  const { from, owner, text } = typedAt(formula, caret);
  if (!owner && !text) return NOTHING;
  const names = owner ? await namesOf(owner, around) : ownNames(around, text);
  const wanted = text.toLowerCase();
  const fits = (one: Completion) => `${one.text} ${one.label}`.toLowerCase().includes(wanted);
  const starts = (one: Completion) =>
    one.text.toLowerCase().startsWith(wanted) || one.label.toLowerCase().startsWith(wanted);
  const found = names.filter(fits).sort((a, b) => Number(starts(b)) - Number(starts(a)));
  const isDone = found.length === 1 && found[0]?.text === text && !found[0].opens;
  return { from, typed: text, items: isDone ? [] : found.slice(0, MOST) };
}

function ownNames(
  { form, scope, system, functions, locale }: Parameters<typeof completionsAt>[2],
  typed: string,
): Completion[] {
  const names = namesIn(form, scope, system, locale).map(completion);
  const owners = [
    ...(scope.old ? [ownerCompletion("old")] : []),
    ...(scope.rows ? [ownerCompletion("row")] : []),
    ...(scope.target ? [ownerCompletion("target")] : []),
  ];
  const called = functions
    .filter((one) => one.name.startsWith(typed.toUpperCase()))
    .map(
      (one): Completion => ({
        text: one.name,
        label: one.signature,
        kind: "function",
        hint: one.summary,
        opens: true,
      }),
    );
  return [...names, ...owners, ...called];
}

async function namesOf(
  owner: string,
  { form, scope, system, locale }: Parameters<typeof completionsAt>[2],
): Promise<Completion[]> {
  const found = ownerOf(form, scope, owner, locale);
  if (!found) return [];
  if ("columns" in found) return found.columns.map(ofField);
  const linked = await linkedForm(found.form);
  const plain = linked?.fields.filter((field) => field.shape !== "rows") ?? [];
  return [...plain, ...(linked?.system_fields ?? system)].map(ofField);
}

const completion = (name: Name): Completion => ({ ...ofField(name.field), opens: name.opens });

const ofField = (field: FieldScreen): Completion => ({
  text: field.key,
  label: field.label,
  kind: "name",
  field,
  opens: false,
});

const ownerCompletion = (text: string): Completion => ({
  text,
  label: text,
  kind: "name",
  opens: true,
});
