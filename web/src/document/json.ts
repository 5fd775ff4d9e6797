import { t } from "@/app/i18n";
import type { FormDocument } from "./form/document";
import { lineOf, readSource } from "./source";

/** Reads a JSON text; says in which line, from 1, it stops being JSON. */
export function parseJson(text: string): { value: unknown } | { line: number } {
  const read = readSource(text);
  return read.ok ? { value: read.value } : { line: lineOf(text, read.offset).line };
}

/** Why a text is no JSON, in words; empty where it is. */
export function jsonProblem(text: string): string {
  const read = readSource(text);
  return read.ok ? "" : t("designer.json_error", lineOf(text, read.offset));
}

/** Whether a JSON value can be drawn as a form; what else is wrong with it, the check says. */
export function isFormShape(value: unknown): value is FormDocument {
  if (!isObject(value)) return false;
  const lists = ["sections", "rules", "views", "buttons"];
  return (
    typeof value.key === "string" &&
    typeof value.app === "string" &&
    isText(value.label) &&
    isListOf(value.fields, isFieldShape) &&
    lists.every((name) => value[name] === undefined || isListOf(value[name], isObject)) &&
    ((value.sections ?? []) as unknown[]).every(
      (one) => isObject(one) && isListOf(one.fields, isString),
    ) &&
    ((value.views ?? []) as unknown[]).every(
      (one) => isObject(one) && isListOf(one.columns, isString),
    ) &&
    ((value.buttons ?? []) as unknown[]).every((one) => isObject(one) && isObject(one.action)) &&
    ((value.rules ?? []) as unknown[]).every(isRuleShape)
  );
}

function isFieldShape(value: unknown): boolean {
  if (!isObject(value)) return false;
  const options = value.options;
  return (
    typeof value.key === "string" &&
    typeof value.kind === "string" &&
    isText(value.label) &&
    (options === undefined || isObject(options)) &&
    (!isObject(options) || options.fields === undefined || isListOf(options.fields, isFieldShape))
  );
}

function isRuleShape(value: unknown): boolean {
  if (!isObject(value)) return false;
  if (value.kind === "check") return isString(value.that) && isText(value.message);
  if (value.kind === "stamp") return isListOf(value.on, isString) && isObject(value.set);
  const kinds: unknown[] = ["show", "require", "read_only"];
  return kinds.includes(value.kind) && isString(value.when) && isListOf(value.fields, isString);
}

function isText(value: unknown): boolean {
  return isString(value) || (isObject(value) && Object.values(value).every(isString));
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, holds: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(holds);
}
