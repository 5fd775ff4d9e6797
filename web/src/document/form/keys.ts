import { isSystemField } from "@/field/vocabulary";

/** Words that a field key may not be: they mean something in a formula. */
const RESERVED = new Set(
  `as async await break call case catch const continue default do each else eval export false fn
  for go goto if import in is let loop match module new nil null package print debug private
  protected public return shared spawn static switch sync then this thread throw to true try
  type_of until use var void while with yield`.split(/\s+/),
);

const FIELD_KEY =
  /^(?:[a-z]|(?![\0-\x7f])\p{ID_Start})(?:[a-z0-9_]|(?![\0-\x7f])\p{ID_Continue}){0,39}$/u;
const DOCUMENT_KEY = /^[a-z](?!.*__)[a-z0-9_]{0,27}$/;

/** Whether a text may name a field: an identifier of the formula language. */
export function isFieldKey(text: string): boolean {
  return FIELD_KEY.test(text) && !RESERVED.has(text) && !isSystemField(text);
}

/** Whether a text may name a document, a view or a button. */
export function isDocumentKey(text: string): boolean {
  return DOCUMENT_KEY.test(text);
}

/** The Latin letters of a label as a key: `Unit price` is `unit_price`; empty for others. */
export function slug(label: string): string {
  return label
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "")
    .slice(0, 28)
    .replace(/_+$/, "");
}

/**
 * A label as a field key that reads well in a formula: `下次跟进日` as it is, `Unit price` as
 * `unit_price`; empty for what has no letters.
 */
export function identifier(label: string): string {
  const joined = label
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{ID_Continue}]+/gu, "_")
    .replace(/^[^\p{ID_Start}]+|_+$/gu, "");
  const key = [...joined].slice(0, 40).join("").replace(/_+$/, "");
  return isFieldKey(key) ? key : "";
}

/** A key made of another that is not taken: itself, or with the first free number from 2. */
export function freeKey(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base;
  for (let number = 2; ; number++) {
    const key = `${[...base].slice(0, 37).join("")}_${number}`;
    if (!taken.has(key)) return key;
  }
}

/** A key that is not taken: from the label's letters, else `stem_1`, `stem_2`, … */
export function proposeKey(label: string, taken: ReadonlySet<string>, stem = "field"): string {
  const base = slug(label);
  if (base && isFieldKey(base) && !taken.has(base)) return base;
  const from = base && isFieldKey(`${base}_2`) ? base : stem;
  for (let number = from === stem ? 1 : 2; ; number++) {
    const key = `${from}_${number}`;
    if (!taken.has(key)) return key;
  }
}
