import type { Component } from "vue";
import type { Directory, FieldScreen, Value } from "@/api/types";

/** One value of a field as plain text. */
export type Plain = (value: string, field: FieldScreen, directory: Directory | null) => string;

/** Reads a text as a value of a field; undefined where it cannot be read. */
export type Paste = (
  text: string,
  field: FieldScreen,
  directory: Directory | null,
) => Value | undefined;

export type PaletteGroup = "basic" | "people" | "layout";

/** A field that the form designer's palette offers. */
export interface PaletteEntry {
  group: PaletteGroup;
  /** Its place in the group. */
  at: number;
  /** Text under `designer.palette.<key>`; without one it is called as its kind is. */
  key?: string;
  icon?: string;
  options?: Record<string, unknown>;
  formula?: string;
}

/** Words that a new field's options begin with, in the reader's language. */
export interface StartingWords {
  locale: string;
  option: (number: number) => string;
  column: string;
  columnKey: string;
}

/** What a kind says of itself, beside its components: `kind` in its `Show.vue`. */
export interface Kind {
  /** For heads of columns and the palette. */
  icon: string;
  /** How wide a column of a table begins, in pixels. */
  width: number;
  /** Pixels of what stands in a cell beside its text: an avatar, a ring, the edges of a tag. */
  beside?: number | ((field: FieldScreen) => number);
  /** Columns of rows that share what width is left over. */
  roomy?: boolean;
  plain: Plain;
  paste: Paste;
  palette: PaletteEntry[];
  /** The options of a new field. */
  start?: (words: StartingWords) => Record<string, unknown>;
  /** What stands in a field that nobody has filled in, where `designer.sample` says nothing. */
  sample?: (options: Record<string, unknown>, locale: string) => string;
}

type Lazy = () => Promise<{ default: Component }>;

/** A kind with its components. */
export interface KindView extends Kind {
  /** Shows a value; props as `ShowProps`. */
  show: Component;
  /** Edits a value; props as `EditProps`. */
  edit: Lazy;
  /** Sets the kind's options in the form designer; props as `ConfigureProps`. */
  configure: Lazy;
}
