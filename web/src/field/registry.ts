import type { Component } from "vue";
import type { KindKey } from "@/api/types";
import booleanShow from "./boolean/Show.vue";
import choiceShow from "./choice/Show.vue";
import choicesShow from "./choices/Show.vue";
import dateShow from "./date/Show.vue";
import datetimeShow from "./datetime/Show.vue";
import departmentShow from "./department/Show.vue";
import departmentsShow from "./departments/Show.vue";
import linkShow from "./link/Show.vue";
import longTextShow from "./long_text/Show.vue";
import memberShow from "./member/Show.vue";
import membersShow from "./members/Show.vue";
import moneyShow from "./money/Show.vue";
import numberShow from "./number/Show.vue";
import serialShow from "./serial/Show.vue";
import subformShow from "./subform/Show.vue";
import textShow from "./text/Show.vue";

type Lazy = () => Promise<{ default: Component }>;

/** What draws the fields of one kind. */
export interface KindView {
  /** Icon of the kind, for heads of columns and palettes. */
  icon: string;
  /** How wide a column of a table begins, in pixels. */
  width: number;
  /** Shows a value; props as `ShowProps`. */
  show: Component;
  /** Edits a value; props as `EditProps`. */
  edit: Lazy;
  /** Sets the kind's options in the form designer; props as `ConfigureProps`. */
  configure: Lazy;
}

const EDIT = import.meta.glob<{ default: Component }>("./*/Edit.vue");
const CONFIGURE = import.meta.glob<{ default: Component }>("./*/Configure.vue");

/** The components of a folder named like the kind. */
function view(key: KindKey, icon: string, width: number, show: Component): KindView {
  const lazy = (files: Record<string, Lazy>, name: string): Lazy =>
    files[`./${key}/${name}.vue`] ?? (() => Promise.reject(new Error(`no ${name} for ${key}`)));
  return { icon, width, show, edit: lazy(EDIT, "Edit"), configure: lazy(CONFIGURE, "Configure") };
}

/** Every field kind, one line each, in the order of the palette. */
export const KINDS: Record<KindKey, KindView> = {
  text: view("text", "type", 168, textShow),
  long_text: view("long_text", "text", 220, longTextShow),
  number: view("number", "hash", 104, numberShow),
  money: view("money", "circle-dollar-sign", 136, moneyShow),
  date: view("date", "calendar", 104, dateShow),
  datetime: view("datetime", "clock", 136, datetimeShow),
  choice: view("choice", "circle-check", 132, choiceShow),
  choices: view("choices", "tags", 176, choicesShow),
  boolean: view("boolean", "square-check", 88, booleanShow),
  member: view("member", "user", 112, memberShow),
  members: view("members", "users", 136, membersShow),
  department: view("department", "network", 128, departmentShow),
  departments: view("departments", "network", 160, departmentsShow),
  link: view("link", "link", 160, linkShow),
  subform: view("subform", "table-2", 96, subformShow),
  serial: view("serial", "fingerprint", 144, serialShow),
};

/** The view of a kind; a kind that this browser does not know yet shows as text. */
export function kindOf(kind: KindKey): KindView {
  return KINDS[kind] ?? KINDS.text;
}
