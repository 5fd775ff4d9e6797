import { t } from "@/app/i18n";
import type { CreateEffect, Effect, UpdateEffect } from "./document";

/** What a flow does to records: changes its own, one that it links to, or makes new ones. */
export type EffectKind = "own" | "linked" | "create";
export const EFFECT_KINDS: EffectKind[] = ["own", "linked", "create"];

/** Labels of what effects speak of. */
export interface EffectWords {
  /** The form of the instance. */
  own: string;
  /** A link field of that form. */
  link: (key: string) => string;
  form: (key: string) => string;
}

export const createOf = (effect: Effect): CreateEffect | null =>
  "create" in effect ? effect.create : null;

export const updateOf = (effect: Effect): UpdateEffect | null =>
  "update" in effect ? effect.update : null;

export function kindOfEffect(effect: Effect): EffectKind {
  if (createOf(effect)) return "create";
  return updateOf(effect)?.link === undefined ? "own" : "linked";
}

/** The record that an effect changes or makes, by its name. */
export function targetText(effect: Effect, words: EffectWords): string {
  const create = createOf(effect);
  if (create) return words.form(create.form);
  const link = updateOf(effect)?.link;
  return link === undefined ? words.own : words.link(link);
}

/** What an effect does, in a few words. */
export function effectText(effect: Effect, words: EffectWords): string {
  const target = targetText(effect, words);
  const create = createOf(effect);
  if (!create) return t("flow_designer.effect.updates", { target });
  return create.for_each === undefined
    ? t("flow_designer.effect.creates", { target })
    : t("flow_designer.effect.creates_each", { target, rows: words.link(create.for_each) });
}

/** The condition and the fields of an effect, whatever it does. */
export function bodyOf(effect: Effect): CreateEffect | UpdateEffect {
  return createOf(effect) ?? (effect as { update: UpdateEffect }).update;
}

/** An effect with other settings; those that are undefined go. */
export function withBody(effect: Effect, change: Partial<CreateEffect & UpdateEffect>): Effect {
  const entries = Object.entries({ ...bodyOf(effect), ...change });
  const body: unknown = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  return createOf(effect) ? { create: body as CreateEffect } : { update: body as UpdateEffect };
}

/** A new effect of a kind, with the first link or form there is. */
export function newEffect(kind: EffectKind, links: string[], forms: string[]): Effect {
  if (kind === "create") return { create: { form: forms[0] ?? "", set: {} } };
  return { update: { ...(kind === "linked" ? { link: links[0] ?? "" } : {}), set: {} } };
}
