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

/** Says in the bar above and in the browser's tab what the page shows. */
export function setTitle(title: string): void {
  const crumb = document.querySelector(".crumbs b");
  if (crumb) crumb.textContent = title;
  const organisation = document.title.split(" · ").at(-1) ?? "";
  document.title = `${title} · ${organisation}`;
}

/** The page that this script runs on. */
export const page: Page = read();
