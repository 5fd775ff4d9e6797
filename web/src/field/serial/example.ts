/** A part of a serial number, as in the document: exactly one of these. */
export interface SerialPart {
  text?: string;
  /** In `strftime` letters. */
  date?: string;
  /** Digits. */
  counter?: number;
}

/** The first serial number of a day. */
export function serialText(parts: SerialPart[], today = new Date()): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const letters: Record<string, string> = {
    "%Y": String(today.getFullYear()),
    "%y": two(today.getFullYear() % 100),
    "%m": two(today.getMonth() + 1),
    "%d": two(today.getDate()),
  };
  return parts
    .map(({ text, date, counter }) => {
      if (counter !== undefined) return "1".padStart(counter, "0");
      return text ?? (date ?? "").replace(/%[Yymd]/g, (letter) => letters[letter] ?? letter);
    })
    .join("");
}
