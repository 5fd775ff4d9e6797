/** About how wide a text of 12 pixels is; Chinese characters are squares. */
export function textWidth(text: string): number {
  return [...text].reduce((sum, character) => sum + characterWidth(character), 0);
}

function characterWidth(character: string): number {
  if (character > "\u2e80" || character === "→") return 12.2;
  return " ,.'ijl|".includes(character) ? 3.6 : 6.8;
}

/** How wide a column of names in 13 pixels is, up to `most`; as a length for CSS. */
export function namesWidth(names: string[], most: number): string {
  const widest = Math.max(0, ...names.map((name) => textWidth(name) * (13 / 12)));
  return `${Math.ceil(Math.min(most, Math.max(48, widest + 4)))}px`;
}

/** A name in at most two lines of a width; what does not fit ends in an ellipsis. */
export function wrapped(text: string, width: number): string[] {
  if (textWidth(text) <= width) return [text];
  const words = text.includes(" ") ? text.split(/(?<= )/) : [...text];
  let first = "";
  while (words[0] !== undefined && (first === "" || textWidth(first + words[0]) <= width)) {
    first += words.shift();
  }
  const second = words.join("").trim();
  return second ? [cut(first.trim(), width), cut(second, width)] : [cut(first.trim(), width)];
}

function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join("")}…`) > width) characters.pop();
  return `${characters.join("")}…`;
}
