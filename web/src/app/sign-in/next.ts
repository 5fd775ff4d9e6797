/**
 * Where a form leads when it was sent: the address itself, as it was parsed, when it is one of
 * this site, else the start page. Put together again from its parts, `/..//evil.example`
 * would lead elsewhere.
 */
export function nextOf(wanted: string | undefined, origin: string): string {
  const start = new URL("/", origin);
  if (!URL.canParse(wanted ?? "/", origin)) return start.href;
  const next = new URL(wanted ?? "/", origin);
  const isOwn = next.origin === start.origin && next.username === "" && next.password === "";
  return isOwn ? next.href : start.href;
}
