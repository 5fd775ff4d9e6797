/** As much of a JSON Schema as a kind's options are described with. */
export interface OptionSchema {
  $ref?: string;
  $defs?: Record<string, OptionSchema>;
  properties?: Record<string, OptionSchema>;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  oneOf?: OptionSchema[];
  anyOf?: OptionSchema[];
  minimum?: number;
  maximum?: number;
}

/** Whether a kind has an option of this name that takes the value. */
export function takesOption(schema: OptionSchema, name: string, value: unknown): boolean {
  const option = resolved(schema, schema).properties?.[name];
  return option !== undefined && takes(option, value, schema);
}

function resolved(one: OptionSchema, root: OptionSchema): OptionSchema {
  const name = one.$ref?.replace("#/$defs/", "");
  return (name === undefined ? one : root.$defs?.[name]) ?? one;
}

/** Only what can differ between kinds is looked at: what is inside, the server checks. */
function takes(one: OptionSchema, value: unknown, root: OptionSchema): boolean {
  const schema = resolved(one, root);
  const cases = schema.oneOf ?? schema.anyOf;
  if (cases) return cases.some((own) => takes(own, value, root));
  if (schema.const !== undefined) return schema.const === value;
  if (schema.enum) return schema.enum.includes(value);
  if (typeof value === "number") {
    const { minimum = -Infinity, maximum = Infinity } = schema;
    if (value < minimum || value > maximum) return false;
  }
  return schema.type === undefined || [schema.type].flat().includes(typeOf(value));
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}
