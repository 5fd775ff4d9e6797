import "../styles.css";
import { answer, api } from "@/api/http";
import { page } from "../page";
import { rememberPage } from "./recent";

const root = document.documentElement;
const app = document.getElementById("app");
const each = (selector: string, act: (element: HTMLElement) => void) =>
  document.querySelectorAll<HTMLElement>(selector).forEach(act);
const onClick = (selector: string, act: (element: HTMLElement) => void) =>
  each(selector, (element) => element.addEventListener("click", () => act(element)));

const FOLDED = "formwork.nav-folded";

function fold(folded: boolean): void {
  app?.classList.toggle("nav-folded", folded);
  each("[data-unfold]", (button) => {
    button.hidden = !folded;
  });
  localStorage.setItem(FOLDED, String(folded));
}

async function saveChoice(choice: { locale?: string; theme?: string }): Promise<void> {
  await answer(api.PATCH("/session", { body: choice }));
}

async function chooseTheme(theme: string): Promise<void> {
  root.dataset.themeChoice = theme;
  document.dispatchEvent(new Event("formwork:theme"));
  await saveChoice({ theme });
}

async function chooseLocale(locale: string): Promise<void> {
  await saveChoice({ locale });
  location.reload();
}

async function signOut(): Promise<void> {
  await answer(api.DELETE("/session"));
  location.assign("/sign-in");
}

async function countTasks(): Promise<void> {
  // Without an answer the badge stays as it is.
  const counted = await answer(api.GET("/tasks/count")).catch(() => undefined);
  if (!counted) return;
  const { open } = counted;
  each("[data-open-tasks]", (badge) => {
    badge.textContent = open > 99 ? "99+" : String(open);
    badge.hidden = open === 0;
  });
}

async function openPalette(): Promise<void> {
  const palette = await import("./palette");
  await palette.open();
}

async function openNew(): Promise<void> {
  const palette = await import("./palette");
  await palette.openNew();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input,textarea,select,[contenteditable]");
}

function onKey(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    void openPalette();
  } else if (event.key === "[" && !event.ctrlKey && !event.metaKey && !isTyping(event.target)) {
    fold(!app?.classList.contains("nav-folded"));
  }
}

function closeMenus(event: Event): void {
  each("details.drop[open]", (menu) => {
    const inside = event.target instanceof Node && menu.contains(event.target);
    const escaped = event instanceof KeyboardEvent && event.key === "Escape";
    if (escaped || (event.type === "click" && !inside)) menu.removeAttribute("open");
  });
}

function showNavigation(button: HTMLElement): void {
  const open = app?.classList.toggle("nav-open") ?? false;
  button.setAttribute("aria-expanded", String(open));
}

if (localStorage.getItem(FOLDED) === "true") fold(true);
onClick("[data-fold]", () => fold(true));
onClick("[data-unfold]", () => fold(false));
onClick("[data-nav]", showNavigation);
onClick("button[data-theme-choice]", (b) => void chooseTheme(b.dataset.themeChoice ?? "system"));
onClick("[data-locale]", (button) => void chooseLocale(button.dataset.locale ?? page.locale));
onClick("[data-sign-out]", () => void signOut());
onClick("[data-palette]", () => void openPalette());
onClick("[data-new]", () => void openNew());
onClick("[data-me]", () => document.querySelector<HTMLDialogElement>("#me")?.showModal());
each("dialog.sheet", (sheet) =>
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) (sheet as HTMLDialogElement).close();
  }),
);
document.addEventListener("keydown", onKey);
document.addEventListener("keydown", closeMenus);
document.addEventListener("click", closeMenus);
addEventListener("pagehide", rememberPage);
document.addEventListener("formwork:tasks", () => void countTasks());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void countTasks();
});
if (/Mac|iPhone|iPad/.test(navigator.userAgent)) {
  each(".search .kbd", (hint) => {
    hint.textContent = "⌘ K";
  });
}
