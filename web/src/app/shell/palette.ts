import { answer, api } from "@/api/http";
import type { AppEntry } from "@/api/types";
import { iconElement } from "@/ui/icon";
import { page } from "../page";

interface Entry {
  label: string;
  source: string;
  icon: string;
  href: string;
}

interface Texts {
  placeholder: string;
  new: string;
  records: string;
  pages: string;
  actions: string;
  nothing: string;
  hint: string;
}

interface Catalogue {
  workbench: string;
  tasks: string;
  admin: string;
  palette: Texts;
}

const CATALOGUES = import.meta.glob<{ default: Catalogue }>("../../../../locales/*/shell.json");
/** Records are looked for as each letter settles. */
const SETTLE_MS = 150;
/** Each form that is searched is a request; the form at hand comes first and shows more. */
const MOST_FORMS = 12;
const MOST_HERE = 6;
const MOST_ELSEWHERE = 3;
const MOST_RECORDS = 10;

/** The palette goes anywhere, or offers only what can be begun. */
type Offer = "all" | "new";

const dialogs = new Map<Offer, HTMLDialogElement>();

/** Opens the palette: go to any form, dashboard or record, or begin a new record. */
export const open = (): Promise<void> => show("all");

/** Asks of which form a new record is. */
export const openNew = (): Promise<void> => show("new");

async function show(offer: Offer): Promise<void> {
  const dialog = dialogs.get(offer) ?? (await build(offer));
  dialogs.set(offer, dialog);
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input")?.select();
}

async function build(offer: Offer): Promise<HTMLDialogElement> {
  const catalogue = CATALOGUES[`../../../../locales/${page.locale}/shell.json`];
  const [module, apps] = await Promise.all([catalogue?.(), answer(api.GET("/apps"))]);
  if (!module) throw new Error(`no texts for ${page.locale}`);
  const { palette: texts } = module.default;
  const { element, input, list } = skeleton(texts, offer);
  const entries = [...ownPages(module.default), ...apps.flatMap((app) => entriesOf(app, texts))];
  const begin = () => {
    const wanted = input.value.trim().toLowerCase();
    const fits = ({ icon, label }: Entry) =>
      icon === "plus" && label.toLowerCase().includes(wanted);
    return { title: texts.actions, entries: entries.filter(fits) };
  };
  const everything = () => {
    const wanted = input.value.trim().toLowerCase();
    const fits = (entry: Entry) => entry.label.toLowerCase().includes(wanted);
    const pages = entries.filter((entry) => entry.icon !== "plus" && fits(entry)).slice(0, 8);
    const actions = entries.filter((entry) => entry.icon === "plus" && fits(entry)).slice(0, 5);
    return [
      { title: texts.pages, entries: pages },
      { title: texts.actions, entries: actions },
    ];
  };
  const groups = () => (offer === "new" ? [begin()] : everything());
  let timer = 0;
  input.addEventListener("input", () => {
    draw(list, groups(), texts, input.value);
    clearTimeout(timer);
    if (offer === "new") return;
    timer = window.setTimeout(async () => {
      const text = input.value.trim();
      const records = await findRecords(text, apps);
      if (text !== input.value.trim()) return;
      draw(list, [{ title: texts.records, entries: records }, ...groups()], texts, input.value);
    }, SETTLE_MS);
  });
  draw(list, groups(), texts, "");
  document.body.append(element);
  return element;
}

function skeleton(texts: Texts, offer: Offer) {
  const element = document.createElement("dialog");
  element.className = "palette";
  element.setAttribute("aria-label", texts.placeholder);
  const find = document.createElement("div");
  find.className = "find";
  const input = document.createElement("input");
  input.placeholder = texts.placeholder;
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "true");
  input.setAttribute("aria-controls", `palette-${offer}`);
  input.setAttribute("aria-label", texts.placeholder);
  find.append(iconElement("search"), input);
  const list = document.createElement("div");
  list.className = "list";
  list.id = `palette-${offer}`;
  list.setAttribute("role", "listbox");
  const foot = document.createElement("p");
  foot.className = "foot";
  foot.textContent = texts.hint;
  element.append(find, list, foot);
  element.addEventListener("click", (event) => {
    if (event.target === element) element.close();
  });
  element.addEventListener("keydown", (event) => choose(event, input, list));
  return { element, input, list };
}

/** The pages that belong to no app. */
function ownPages(texts: Catalogue): Entry[] {
  const own = [
    { label: texts.workbench, icon: "house", href: "/" },
    { label: texts.tasks, icon: "square-check", href: "/tasks" },
    { label: texts.admin, icon: "sliders-horizontal", href: "/admin" },
  ];
  return own
    .filter(({ href }) => href !== "/admin" || page.member.is_admin)
    .map((entry) => ({ ...entry, source: "" }));
}

function entriesOf(app: AppEntry, texts: Texts): Entry[] {
  const items = app.navigation.flatMap((group) => group.items);
  return items.flatMap((item) => {
    const base = `/apps/${app.key}/${item.kind}s/${item.key}`;
    const to = { label: item.label, source: app.label, icon: item.icon ?? "file-text", href: base };
    if (!item.can_create) return [to];
    const label = texts.new.replace("{label}", item.label);
    return [to, { label, source: app.label, icon: "plus", href: `${base}/new` }];
  });
}

/** Records of the reader's forms whose title contains a text, those of the form at hand first. */
async function findRecords(text: string, apps: AppEntry[]): Promise<Entry[]> {
  if (!text) return [];
  const here = page.params.form;
  const forms = apps
    .flatMap((app) => app.navigation.flatMap((group) => group.items.map((item) => ({ app, item }))))
    .filter(({ item }) => item.kind === "form")
    .sort((a, b) => Number(b.item.key === here) - Number(a.item.key === here))
    .slice(0, MOST_FORMS);
  const found = await Promise.all(
    forms.map(async ({ app, item }) => {
      const limit = item.key === here ? MOST_HERE : MOST_ELSEWHERE;
      const params = { path: { form: item.key }, query: { q: text, limit, fields: "title" } };
      // A form that does not answer hides nothing of the others.
      const answered = await answer(api.GET("/forms/{form}/records", { params })).catch(() => null);
      return (answered?.records ?? []).map((record) => ({
        label: record.title || record.id,
        source: item.label,
        icon: item.icon ?? "file-text",
        href: `/apps/${app.key}/forms/${item.key}/records/${record.id}`,
      }));
    }),
  );
  return found.flat().slice(0, MOST_RECORDS);
}

function draw(
  list: HTMLElement,
  groups: { title: string; entries: Entry[] }[],
  texts: Texts,
  text: string,
): void {
  list.replaceChildren();
  for (const group of groups.filter((group) => group.entries.length > 0)) {
    const title = document.createElement("p");
    title.className = "hint";
    title.textContent = group.title;
    list.append(title, ...group.entries.map(link));
  }
  if (!list.firstChild) {
    const nothing = document.createElement("p");
    nothing.className = "hint";
    nothing.textContent = texts.nothing.replace("{text}", text);
    list.append(nothing);
  }
  mark(list, 0);
}

function link(entry: Entry): HTMLAnchorElement {
  const anchor = document.createElement("a");
  anchor.className = "mi";
  anchor.href = entry.href;
  anchor.setAttribute("role", "option");
  const source = document.createElement("span");
  source.className = "src";
  source.textContent = entry.source;
  const label = document.createElement("span");
  label.className = "ell";
  label.textContent = entry.label;
  anchor.append(iconElement(entry.icon), label, source);
  return anchor;
}

function mark(list: HTMLElement, index: number): void {
  const links = [...list.querySelectorAll("a")];
  const at = Math.max(0, Math.min(index, links.length - 1));
  links.forEach((anchor, position) => {
    anchor.classList.toggle("on", position === at);
    anchor.setAttribute("aria-selected", String(position === at));
  });
  links[at]?.scrollIntoView({ block: "nearest" });
}

function choose(event: KeyboardEvent, input: HTMLInputElement, list: HTMLElement): void {
  const links = [...list.querySelectorAll("a")];
  const at = links.findIndex((anchor) => anchor.classList.contains("on"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    mark(list, at + (event.key === "ArrowDown" ? 1 : -1));
  } else if (event.key === "Enter" && document.activeElement === input) {
    event.preventDefault();
    links[at]?.click();
  }
}
