import { t } from "../i18n";
import type { Page } from "../page";
import type { KeptPage } from "../shell/kept";

/** What an address that does not open seems to have meant. */
export type Meant = "record" | "task" | "admin" | "page";

/** What the words of a refusal depend on. */
export interface Refusal {
  kind: "not_found" | "forbidden";
  meant: Meant;
  /** The form whose list may be opened instead; its label, and where it is. */
  list: { label: string; href: string } | null;
  requestId: string;
  /** Whom to ask: member ids. */
  admins: string[];
}

const RECORD = /^(\/apps\/[^/]+\/forms\/[^/]+)\/records\//;

export function refusalOf(page: Page, path: string, formLabel: string | null): Refusal {
  const { kind, request_id = "", admins = "", form } = page.params;
  const list = path.match(RECORD)?.[1];
  return {
    kind: kind === "forbidden" ? "forbidden" : "not_found",
    meant: meantBy(path),
    list: form && list && formLabel ? { label: formLabel, href: list } : null,
    requestId: request_id,
    admins: admins.split(",").filter(Boolean),
  };
}

function meantBy(path: string): Meant {
  if (RECORD.test(path)) return "record";
  if (path.startsWith("/tasks/")) return "task";
  return /^\/(admin|design)(\/|$)/.test(path) ? "admin" : "page";
}

/** What is said: absent, deleted and not for the reader sound alike, so that nothing is given away. */
export function words({ kind, meant, list }: Refusal): { title: string; text: string } {
  const closed = meant === "admin" ? "admin" : "closed";
  const absent = meant === "admin" ? "page" : meant;
  const about = kind === "forbidden" ? closed : absent;
  if (about === "record" && list) {
    return {
      title: t("shell.refused.record_of", { label: list.label }),
      text: t("shell.refused.record_text"),
    };
  }
  return { title: t(`shell.refused.${about}`), text: t(`shell.refused.${about}_text`) };
}

/** Pages seen lately that may have been meant: those of the same list first. */
export function seenLately(recent: KeptPage[], list: string | null, here: string): KeptPage[] {
  const others = recent.filter((one) => one.href !== here);
  const alike = others.filter((one) => list !== null && one.href.startsWith(`${list}/`));
  return [...alike, ...others.filter((one) => !alike.includes(one))].slice(0, 4);
}
