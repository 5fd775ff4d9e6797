import "../styles.css";
import { answer, api, type Schemas, sendAsAnybody } from "@/api/http";
import { ApiError } from "@/api/problem";
import { nextOf } from "./next";

// Forms outside the frame (sign-in, set-up): the fields go to the server as JSON.

type Fields = Record<string, string | boolean>;

type Send = (fields: Fields) => Promise<unknown>;

/** How forms are sent, by `data-send`; their inputs bear the names that are asked for there. */
const SENDERS: Record<string, Send> = {
  "/api/v1/session": (fields) => {
    const body = fields as Schemas["Credentials"] & Fields;
    return answer(api.POST("/session", { body, fetch: sendAsAnybody }));
  },
  "/api/v1/set-up": (fields) => {
    const body = fields as Schemas["FirstRun"] & Fields;
    return answer(api.POST("/set-up", { body, fetch: sendAsAnybody }));
  },
};

function fieldsOf(form: HTMLFormElement): Fields {
  const fields: Fields = {};
  // What is hidden is for browsers without a script.
  for (const input of form.querySelectorAll<HTMLInputElement>("input:not([type=hidden])")) {
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

async function submit(form: HTMLFormElement, send: Send): Promise<void> {
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  showAlert(form, "");
  if (button) button.disabled = true;
  try {
    await send(fieldsOf(form));
    location.assign(nextOf(form.dataset.next, location.origin));
  } catch (error) {
    showAlert(form, messageOf(error, form));
    if (button) button.disabled = false;
    form.querySelector<HTMLInputElement>("input[type=password]")?.select();
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-send]")) {
  const send = SENDERS[form.dataset.send ?? ""];
  form.addEventListener("submit", (event) => {
    if (!send) return;
    event.preventDefault();
    void submit(form, send);
  });
}
