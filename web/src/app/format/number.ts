import { page } from "../page";

/** A decimal as text, exact: `"-1234.50"`. Never a JavaScript number. */
export type DecimalText = string;

const DECIMAL = /^-?\d+(\.\d+)?$/;

/** Whether a text is a plain decimal. */
export function isDecimal(text: unknown): text is DecimalText {
  return typeof text === "string" && DECIMAL.test(text);
}

/** A number with thousands separators; the places of the text are kept unless `places` says. */
export function formatNumber(value: DecimalText, options: { places?: number } = {}): string {
  const places = options.places ?? placesOf(value);
  return formatter({ minimumFractionDigits: places, maximumFractionDigits: places }).format(
    value as unknown as number,
  );
}

/** A number without places where they are all zeros: `262,480`, but `262,480.50`. */
export function formatShort(value: DecimalText): string {
  return formatNumber(value, /\.0+$/.test(value) ? { places: 0 } : {});
}

/** A fraction as a percentage: `"0.125"` is `12.5%`; `places` are those of the fraction. */
export function formatPercent(value: DecimalText, places?: number): string {
  const most = Math.max(0, (places ?? placesOf(value)) - 2);
  return formatter({
    style: "percent",
    minimumFractionDigits: Math.min(1, most),
    maximumFractionDigits: most,
  }).format(value as unknown as number);
}

/**
 * A large amount in few digits, 万/亿 in Chinese and k/M/B in English: `44.8 万`, `448k`.
 *
 * For places where the exact figure stands in the title or close by.
 */
export function formatCompact(value: DecimalText | number): string {
  const number = Number(value);
  const steps: [number, string][] =
    page.locale === "en"
      ? [
          [1e9, "B"],
          [1e6, "M"],
          [1e4, "k"],
        ]
      : [
          [1e8, " 亿"],
          [1e4, " 万"],
        ];
  const step = steps.find(([size]) => Math.abs(number) >= size);
  if (!step) return formatter({ maximumFractionDigits: 2 }).format(number);
  const [size, unit] = step;
  const divisor = unit === "k" ? 1000 : size;
  const scaled = number / divisor;
  const places = Math.abs(scaled) >= 1000 ? 0 : 1;
  return formatter({ maximumFractionDigits: places }).format(scaled) + unit;
}

/** The sign of a currency, `¥` for CNY. */
export function currencySign(currency: string): string {
  const parts = formatter({ style: "currency", currency, currencyDisplay: "narrowSymbol" });
  return parts.formatToParts(0).find((part) => part.type === "currency")?.value ?? currency;
}

/** How many places a decimal text has. */
export function placesOf(value: DecimalText): number {
  return value.split(".")[1]?.length ?? 0;
}

/** Adds decimals exactly; what is not a decimal counts as nothing. */
export function sumDecimals(values: unknown[]): DecimalText {
  const numbers = values.filter(isDecimal);
  const places = Math.max(0, ...numbers.map(placesOf));
  const scaled = numbers.map((text) => {
    const [whole = "0", part = ""] = text.split(".");
    return BigInt(whole + part.padEnd(places, "0"));
  });
  return unscale(
    scaled.reduce((sum, one) => sum + one, 0n),
    places,
  );
}

function unscale(scaled: bigint, places: number): DecimalText {
  if (places === 0) return scaled.toString();
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(places + 1, "0");
  return `${scaled < 0n ? "-" : ""}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

const formatters = new Map<string, Intl.NumberFormat>();

function formatter(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  let found = formatters.get(key);
  if (!found) {
    found = new Intl.NumberFormat(page.locale, options);
    formatters.set(key, found);
  }
  return found;
}
