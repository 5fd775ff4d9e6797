import { answer, api } from "../api/http";
import type { AppEntry } from "../api/types";
import { page } from "../page";
import { iconElement } from "../ui/icon";

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

const CATALOGUES = import.meta.glob<{ default: { palette: Texts } }>(
  "../../../locales/*/shell.json",
);
/** Records are looked for in the form at hand, and as each letter settles. */
const SETTLE_MS = 150;

let dialog: HTMLDialogElement | null = null;

/** Opens the palette: go to any form, dashboard or record, or begin a new record. */
export async function open(): Promise<void> {
  dialog ??= await build();
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input")?.select();
}

async function build(): Promise<HTMLDialogElement> {
  const catalogue = CATALOGUES[`../../../locales/${page.locale}/shell.json`];
  const [module, apps] = await Promise.all([catalogue?.(), answer(api.GET("/apps"))]);
  if (!module) throw new Error(`no texts for ${page.locale}`);
  const texts = module.default.palette;
  const { element, input, list } = skeleton(texts);
  const entries = apps.flatMap((app) => entriesOf(app, texts));
  const groups = () => {
    const wanted = input.value.trim().toLowerCase();
    const fits = (entry: Entry) => entry.label.toLowerCase().includes(wanted);
    const pages = entries.filter((entry) => entry.icon !== "plus" && fits(entry)).slice(0, 8);
    const actions = entries.filter((entry) => entry.icon === "plus" && fits(entry)).slice(0, 5);
    return [
      { title: texts.pages, entries: pages },
      { title: texts.actions, entries: actions },
    ];
  };
  let timer = 0;
  input.addEventListener("input", () => {
    draw(list, groups(), texts, input.value);
    clearTimeout(timer);
    timer = window.setTimeout(async () => {
      const records = await findRecords(input.value.trim());
      draw(list, [{ title: texts.records, entries: records }, ...groups()], texts, input.value);
    }, SETTLE_MS);
  });
  draw(list, groups(), texts, "");
  document.body.append(element);
  return element;
}

function skeleton(texts: Texts) {
  const element = document.createElement("dialog");
  element.className = "palette";
  element.setAttribute("aria-label", texts.placeholder);
  const find = document.createElement("div");
  find.className = "find";
  const input = document.createElement("input");
  input.placeholder = texts.placeholder;
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "true");
  input.setAttribute("aria-controls", "palette-list");
  input.setAttribute("aria-label", texts.placeholder);
  find.append(iconElement("search"), input);
  const list = document.createElement("div");
  list.className = "list";
  list.id = "palette-list";
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

function entriesOf(app: AppEntry, texts: Texts): Entry[] {
  const items = app.navigation.flatMap((group) => group.items);
  return items.flatMap((item) => {
    const base = `/apps/${app.key}/${item.kind}s/${item.key}`;
    const to = { label: item.label, source: app.label, icon: item.icon ?? "file-text", href: base };
    if (item.kind === "dashboard") return [to];
    const label = texts.new.replace("{label}", item.label);
    return [to, { label, source: app.label, icon: "plus", href: `${base}/new` }];
  });
}

async function findRecords(text: string): Promise<Entry[]> {
  const form = page.params.form;
  if (!text || !form || !page.app) return [];
  const params = { path: { form }, query: { q: text, limit: 6, fields: "title" } };
  const { records } = await answer(api.GET("/forms/{form}/records", { params }));
  const base = `/apps/${page.app.key}/forms/${form}/records`;
  return records.map((record) => ({
    label: record.title || record.id,
    source: "",
    icon: "file-text",
    href: `${base}/${record.id}`,
  }));
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
