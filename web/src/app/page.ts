import { iconElement } from "@/ui/icon";

/** What the server tells an island about the page that it stands on. */
export interface Page {
  island: string;
  locale: Locale;
  theme: "light" | "dark" | "system";
  /** Which colour a rise takes. */
  trend: "neutral" | "red_up" | "green_up";
  /** The organisation's time zone, an IANA name. */
  time_zone: string;
  member: PageMember;
  app: { key: string; label: string } | null;
  /** The variable parts of the path, by name: `{form}`, `{form, id}`, … */
  params: Record<string, string>;
}

export interface PageMember {
  id: string;
  name: string;
  is_admin: boolean;
  department?: string | null;
}

export type Locale = "zh-CN" | "en";

const MISSING: Page = {
  island: "",
  locale: document.documentElement.lang === "en" ? "en" : "zh-CN",
  theme: "system",
  trend: "neutral",
  time_zone: "Asia/Shanghai",
  member: { id: "", name: "", is_admin: false },
  app: null,
  params: {},
};

function read(): Page {
  const text = document.getElementById("page")?.textContent;
  return text ? { ...MISSING, ...(JSON.parse(text) as Partial<Page>) } : MISSING;
}

/** A step of the way to the page; the last has no address. */
export interface Crumb {
  label: string;
  href?: string;
}

/** Says in the bar above where the page is, where that changes without a new page. */
export function setCrumbs(crumbs: Crumb[]): void {
  const parts = crumbs.flatMap(({ label, href }, index) => {
    const last = index === crumbs.length - 1;
    const element = document.createElement(last ? "b" : "a");
    element.textContent = label;
    if (element instanceof HTMLAnchorElement && href) element.href = href;
    return last ? [element] : [element, iconElement("chevron-right", "i14")];
  });
  document.querySelector(".crumbs")?.replaceChildren(...parts);
  setTitle(crumbs.at(-1)?.label ?? "");
}

/** Says in the bar above and in the browser's tab what the page shows. */
export function setTitle(title: string): void {
  const crumb = document.querySelector(".crumbs b");
  if (crumb) crumb.textContent = title;
  const organisation = document.title.split(" · ").at(-1) ?? "";
  document.title = `${title} · ${organisation}`;
}

/** The page that this script runs on. */
export const page: Page = read();
