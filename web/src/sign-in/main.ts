import "../styles/index.css";
import { send } from "../api/http";
import { ApiError } from "../api/problem";

// Forms outside the frame (sign-in, set-up): the fields go to the server as JSON.

function fieldsOf(form: HTMLFormElement): Record<string, string | boolean> {
  const fields: Record<string, string | boolean> = {};
  for (const input of form.querySelectorAll("input")) {
    if (input.name) fields[input.name] = input.type === "checkbox" ? input.checked : input.value;
  }
  return fields;
}

function showAlert(form: HTMLFormElement, message: string): void {
  const alert = form.querySelector<HTMLElement>("[data-alert]");
  const words = alert?.querySelector("span");
  if (!alert || !words) return;
  words.textContent = message;
  alert.hidden = message === "";
}

function messageOf(error: unknown, form: HTMLFormElement): string {
  if (!(error instanceof ApiError) || error.status === 0) return form.dataset.failed ?? "";
  return error.problems[0]?.message ?? error.message;
}

/** A path of this site, or the start page: never an address that somebody else chose. */
function nextOf(form: HTMLFormElement): string {
  const next = new URL(form.dataset.next ?? "/", location.origin);
  return next.origin === location.origin ? next.pathname + next.search : "/";
}

async function submit(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  showAlert(form, "");
  if (button) button.disabled = true;
  try {
    await send("POST", (form.dataset.send ?? "").replace(/^\/api\/v1/, ""), {
      body: fieldsOf(form),
      anonymous: true,
    });
    location.assign(nextOf(form));
  } catch (error) {
    showAlert(form, messageOf(error, form));
    if (button) button.disabled = false;
    form.querySelector<HTMLInputElement>("input[type=password]")?.select();
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-send]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit(form);
  });
}
