import { getForm, getRecord, listRecords } from "@/api/records";
import type { FieldScreen, FormScreen, LinkValue, RecordValues, Value } from "@/api/types";
import { plainText } from "./text";

/** Most records offered by a picker before something is typed. */
const MOST_OFFERED = 20;

const screens = new Map<string, Promise<FormScreen | null>>();

/** The linked form's screen, once a page; null where the reader may not see the form. */
export function linkedForm(form: string): Promise<FormScreen | null> {
  let found = screens.get(form);
  if (!found) {
    found = getForm(form).catch(() => null);
    screens.set(form, found);
  }
  return found;
}

/** Records that a link may lead to, whose title contains a text. */
export async function offeredRecords(
  field: FieldScreen,
  text: string,
  signal?: AbortSignal,
): Promise<RecordValues[]> {
  const { form, show, filter } = field.options;
  if (!form) return [];
  const fields = ["title", ...(show ?? [])];
  const query = { q: text, limit: MOST_OFFERED, fields, filter };
  return (await listRecords(form, query, signal)).records;
}

/** The linked record as far as the reader may see it. */
export async function linkedRecord(field: FieldScreen, id: string): Promise<RecordValues | null> {
  if (!field.options.form) return null;
  return getRecord(field.options.form, id).then(
    (screen) => screen.record,
    () => null,
  );
}

/** The line under a linked record's title: the fields that the link shows. */
export function shownLine(
  field: FieldScreen,
  record: RecordValues | null,
  screen: FormScreen | null,
): string {
  if (!record || !screen) return "";
  const known = [...screen.fields, ...screen.system_fields];
  const texts = (field.options.show ?? []).map((key) => {
    const shown = known.find((one) => one.key === key);
    return shown ? plainText(shown, record[key]) : "";
  });
  return texts.filter(Boolean).join(" · ");
}

/** The value of a link, whichever way it came. */
export function asLink(value: Value | undefined): LinkValue | null {
  if (typeof value === "string" && value) return { id: value, title: "" };
  if (value && typeof value === "object" && !Array.isArray(value) && "id" in value) return value;
  return null;
}
