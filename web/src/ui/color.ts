/** One of the eight colours for an id, always the same: the sum of its bytes, modulo 8, plus 1. */
export function colorOf(id: string): number {
  const bytes = new TextEncoder().encode(id);
  return (bytes.reduce((sum, byte) => sum + byte, 0) % 8) + 1;
}

/** What stands in an avatar: the first character of a Chinese name, initials of others. */
export function initialOf(name: string): string {
  const trimmed = name.trim();
  if (/^\p{Script=Han}/u.test(trimmed)) return [...trimmed][0] ?? "";
  const words = trimmed.split(/\s+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? "")
    .join("");
}
