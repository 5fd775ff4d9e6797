import type { Localized } from "@/app/localized";
import { page } from "@/app/page";
import { isDocumentKey } from "./form/keys";
import type { Opening } from "./opening";

/** What a new document needs before anything else. */
export interface Beginning {
  key: string;
  app: string;
  label: Localized;
  /** The form that a flow is for. */
  form?: string;
}

const LANGUAGES = ["zh-CN", "en"];

/** Where a new document is begun: `/design/forms/new?app=crm&key=visit&en=Visit`. */
export function beginningHref(folder: "forms" | "flows", beginning: Beginning): string {
  const { key, app, label, form } = beginning;
  const texts = typeof label === "string" ? { [page.locale]: label } : label;
  const query = new URLSearchParams({ app, key, ...(form ? { form } : {}), ...texts });
  return `/design/${folder}/new?${query}`;
}

/** What the address says about a new document; nothing where it does not say enough. */
export function addressedBeginning(): Beginning | null {
  const query = new URLSearchParams(location.search);
  const key = query.get("key") ?? "";
  const app = query.get("app") ?? "";
  if (!isDocumentKey(key) || !isDocumentKey(app)) return null;
  const texts = LANGUAGES.flatMap((tag) => {
    const text = query.get(tag);
    return text ? [[tag, text]] : [];
  });
  const label = texts.length > 0 ? Object.fromEntries(texts) : { [page.locale]: key };
  return { key, app, label, form: query.get("form") ?? undefined };
}

/** What a designer opens with that begins a document. */
export const opened = <T>(document: T): Opening<T> => ({
  document,
  published: null,
  revision: 0,
  basedOn: 0,
  version: 0,
  savedAt: null,
  work: [],
});

/** A new document gets its own address as soon as its draft is there, so that reload finds it. */
export function settleAddress(folder: "forms" | "flows", key: string): void {
  if (!location.pathname.endsWith(`/design/${folder}/new`)) return;
  const address = new URL(`/design/${folder}/${encodeURIComponent(key)}`, location.href);
  const tab = new URLSearchParams(location.search).get("tab");
  if (tab) address.searchParams.set("tab", tab);
  window.history.replaceState(null, "", address);
}
