import type { StartingWords } from "./kind";

/** Two options for a new field to begin with. */
export function startingOptions({ locale, option }: StartingWords): Record<string, unknown> {
  const options = [1, 2].map((number) => ({
    key: `option_${number}`,
    label: { [locale]: option(number) },
    color: number,
  }));
  return { options };
}
