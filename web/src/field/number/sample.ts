import { type Localized, textIn } from "@/app/localized";

/** Zero, as the number's options have it written. */
export function sampleNumber(options: Record<string, unknown>, locale: string): string {
  const places = placesIn(options, 2);
  if (options.percent === true) return `${(0).toFixed(Math.max(0, places - 2))}%`;
  const unit = textIn(options.unit as Localized | undefined, locale);
  return unit ? `${(0).toFixed(places)} ${unit}` : (0).toFixed(places);
}

/** The decimal places that options ask for. */
export function placesIn({ places }: Record<string, unknown>, otherwise: number): number {
  return typeof places === "number" && places >= 0 && places <= 8 ? places : otherwise;
}
