import { currencySign } from "@/app/format";
import { placesIn } from "../number/sample";

/** Nothing, in the currency of the options. */
export function sampleMoney(options: Record<string, unknown>): string {
  const sign = currencySign(String(options.currency ?? "CNY"));
  return `${sign} ${(0).toFixed(placesIn(options, 2))}`;
}
