import { momentOf, parseDay, parseNumber } from "@/app/format";
import type { Paste } from "./kind";

const YES = /^(是|对|真|yes|y|true|1|✓|√)$/i;
const NO = /^(否|不|假|no|n|false|0)$/i;
const MOMENT = /^(\S+)(?:[ T](\d{1,2}:\d{2}))?/;

/** Values that the server makes, or that a text does not name. */
export const pasteNothing: Paste = () => undefined;

export const pasteText: Paste = (text) => text;

export const pasteNumber: Paste = (text, { options }) =>
  parseNumber(text.trim(), options.percent) ?? undefined;

export const pasteBoolean: Paste = (text) => {
  const word = text.trim();
  if (YES.test(word)) return true;
  return NO.test(word) ? false : undefined;
};

export const pasteDay: Paste = (text, { options }) => {
  const day = parseDay(text.trim());
  if (day || options.precision !== "month") return day ?? undefined;
  return parseDay(`${text.trim().replace(/\s*月$/, "")}-1`) ?? undefined;
};

export const pasteMoment: Paste = (text) => {
  const [, day = "", time = "00:00"] = MOMENT.exec(text.trim()) ?? [];
  const date = parseDay(day);
  return date ? momentOf(`${date} ${time.padStart(5, "0")}`) : undefined;
};

export const pasteOption: Paste = (text, { options }) =>
  options.options?.find(({ label, key }) => label === text.trim() || key === text.trim())?.key;

export const pasteMember: Paste = (text, _field, directory) =>
  directory?.members.find(({ name, id }) => name === text.trim() || id === text.trim())?.id;

export const pasteDepartment: Paste = (text, _field, directory) =>
  directory?.departments.find(({ name, id }) => name === text.trim() || id === text.trim())?.id;

/** Reads several values, which a separator of either script keeps apart. */
export function pasteSeveral(one: Paste): Paste {
  return (text, field, directory) => {
    const parts = text.split(/[、,，;；]\s*/).filter((part) => part.trim() !== "");
    const found = parts.map((part) => one(part, field, directory));
    const known = found.filter((value): value is string => typeof value === "string");
    return known.length > 0 ? known : undefined;
  };
}
