import { shallowRef } from "vue";
import { answer, api } from "@/api/http";
import type { FieldKind, FieldScreen, FieldTraits } from "@/api/types";

/** Of a kind that the server has not told of. */
const UNKNOWN: FieldTraits = {
  shape: "plain",
  storage: "text",
  figure: null,
  operators: [],
  sortable: false,
  groupable: false,
  aggregates: [],
  cell_editing: "none",
  long: false,
  several: null,
};

/** What a kind's options are, as a JSON Schema. */
type Options = Record<string, unknown>;

const kinds = shallowRef<ReadonlyMap<string, FieldTraits>>(new Map());
/** To which kinds the values of a kind convert, as far as each value does. */
const conversions = shallowRef<ReadonlyMap<string, readonly string[]>>(new Map());
const schemas = shallowRef<ReadonlyMap<string, Options>>(new Map());
const system = shallowRef<FieldScreen[]>([]);

/** Learns what the server's kinds are, for fields that are described here: in designers. */
export async function loadVocabulary(): Promise<void> {
  const [found, fields] = await Promise.all([
    answer<FieldKind[]>(api.GET("/field-kinds")),
    answer<FieldScreen[]>(api.GET("/system-fields")),
  ]);
  setVocabulary(found, fields);
}

/** Takes a vocabulary as the server told it. */
export function setVocabulary(
  found: (FieldTraits & { key: string; options?: unknown; converts_to?: string[] })[],
  fields: FieldScreen[] = [],
): void {
  kinds.value = new Map(found.map((kind) => [kind.key, traitsIn(kind)]));
  conversions.value = new Map(found.map((kind) => [kind.key, kind.converts_to ?? []]));
  schemas.value = new Map(found.map(({ key, options }) => [key, (options ?? {}) as Options]));
  system.value = fields;
}

function traitsIn(kind: FieldTraits): FieldTraits {
  const { shape, storage, figure, operators, sortable, groupable } = kind;
  const { aggregates, cell_editing, long, several } = kind;
  return {
    shape,
    storage,
    figure,
    operators,
    sortable,
    groupable,
    aggregates,
    cell_editing,
    long,
    several,
  };
}

/** What fields of a kind are, before their options say more. */
export function traitsOf(kind: string): FieldTraits {
  return kinds.value.get(kind) ?? UNKNOWN;
}

/** Whether values of one kind can become those of another at all; each may still not fit. */
export function convertsTo(from: string, to: string): boolean {
  return from === to || (conversions.value.get(from) ?? []).includes(to);
}

/** The JSON Schema of a kind's options; empty where the server has not told of it. */
export function optionSchema(kind: string): Options {
  return schemas.value.get(kind) ?? {};
}

/** Whether a key belongs to a field that every form has by itself. */
export function isSystemField(key: string): boolean {
  return system.value.some((field) => field.key === key);
}

/** The fields that every form has by itself. */
export function systemFields(): FieldScreen[] {
  return system.value;
}
