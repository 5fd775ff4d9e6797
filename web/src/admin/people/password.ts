/** Letters and digits that are not mistaken for each other. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 4;
const GROUP_LENGTH = 4;

/** A password that can be read out: four groups of four, about 79 bits. */
export function generatePassword(
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): string {
  const picked: string[] = [];
  // Bytes beyond the last whole round of the letters would favour the first ones.
  const limit = 256 - (256 % LETTERS.length);
  while (picked.length < GROUPS * GROUP_LENGTH) {
    for (const byte of random(new Uint8Array(GROUPS * GROUP_LENGTH))) {
      if (byte < limit) picked.push(LETTERS.charAt(byte % LETTERS.length));
    }
  }
  const groups = Array.from({ length: GROUPS }, (_, at) =>
    picked.slice(at * GROUP_LENGTH, (at + 1) * GROUP_LENGTH).join(""),
  );
  return groups.join("-");
}
