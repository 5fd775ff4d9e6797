import { beforeAll, describe, expect, it } from "vitest";
import type { FieldDocument, FormDocument } from "@/document/form/document";
import { PALETTE } from "@/field/palette";
import { VOCABULARY } from "@/field/testing";
import { setVocabulary } from "@/field/vocabulary";
import { becomings, canBecome, setKind } from "./become";
import { takesOption } from "./options";

const whole = { type: "integer", minimum: 0, maximum: 1000 };
const OPTIONS: Record<string, unknown> = {
  text: { properties: { max_length: whole, format: { enum: ["plain", "phone", "email"] } } },
  long_text: { properties: { max_length: { ...whole, maximum: 50_000 } } },
  number: { properties: { places: whole, percent: { type: "boolean" }, max: { type: "string" } } },
  money: { properties: { places: whole, max: { type: "string" } } },
  rating: { properties: { max: whole } },
  choice: { $ref: "#/$defs/C", $defs: { C: { properties: { options: { type: "array" } } } } },
  choices: { properties: { options: { type: "array" } } },
};

/** As the server says it, of the kinds asked about here. */
const CONVERTS: Record<string, string[]> = {
  text: ["text", "long_text", "number", "money", "date", "choice", "choices", "member", "link"],
  date: ["text", "long_text", "datetime", "choice"],
  number: ["text", "money", "boolean", "choice"],
};

beforeAll(() =>
  setVocabulary(
    VOCABULARY.map((kind) => ({
      ...kind,
      options: OPTIONS[kind.key],
      converts_to: CONVERTS[kind.key],
    })),
  ),
);

const words = {
  locale: "en",
  item: (key: string) => key,
  option: (n: number) => `Option ${n}`,
  column: "Name",
  columnKey: "name",
};

function form(field: Partial<FieldDocument>): FormDocument {
  const own = { key: "a", kind: "text", label: "A", ...field };
  return { key: "f", app: "x", label: "F", fields: [own] };
}

function made(field: Partial<FieldDocument>, key: string): FieldDocument | undefined {
  const item = PALETTE.find((one) => one.key === key);
  if (!item) throw new Error(`no ${key}`);
  return setKind(form(field), "a", item, words).fields[0];
}

const field = (kind: string): FieldDocument => ({ key: "a", kind, label: "A" });
const convertible = (kind: string): string[] =>
  becomings(field(kind), false, true)
    .filter((one) => one.converts)
    .map(({ item }) => item.key);

describe("what a field can become", () => {
  it("offers to words what words can say, each with what they must be like", () => {
    expect(convertible("text")).toEqual(
      expect.arrayContaining(["long_text", "number", "date", "choice", "member", "phone"]),
    );
    const needs = becomings(field("text"), false, true).map((one) => [one.item.key, one.need]);
    expect(Object.fromEntries(needs)).toMatchObject({
      long_text: null,
      number: "number",
      date: "day",
      choice: "option",
      member: "member",
    });
  });

  it("leaves behind what has no words for it", () => {
    expect(convertible("date")).not.toContain("number");
    expect(convertible("number")).not.toContain("member");
    expect(convertible("date")).toEqual(expect.arrayContaining(["datetime", "text"]));
  });

  it("keeps the values where only the options change", () => {
    const percent = becomings(field("number"), false, true).find(
      ({ item }) => item.key === "percent",
    );
    expect(percent?.converts).toBe(true);
  });

  it("never makes rows, nor a drawn number over records that are there", () => {
    expect(canBecome(field("subform"))).toBe(false);
    const keys = (stored: boolean) =>
      becomings(field("text"), false, stored).map((b) => b.item.key);
    expect(keys(true)).not.toContain("subform");
    expect(keys(true)).not.toContain("serial");
    expect(keys(false)).toContain("serial");
  });
});

describe("changing the kind", () => {
  it("carries options over that the other kind knows and takes", () => {
    expect(made({ options: { max_length: 60, format: "plain" } }, "long_text")?.options).toEqual({
      max_length: 60,
    });
    expect(made({ kind: "long_text", options: { max_length: 5000 } }, "text")?.options).toBe(
      undefined,
    );
    const options = [{ key: "x", label: "X" }];
    expect(made({ kind: "choice", options: { options } }, "choices")?.options).toEqual({ options });
  });

  it("drops what made the field what it was, and keeps its decimal places", () => {
    expect(made({ options: { format: "phone", max_length: 20 } }, "text")?.options).toEqual({
      max_length: 20,
    });
    const percent = { places: 4, percent: true };
    expect(made({ kind: "number", options: percent }, "number")?.options).toEqual({ places: 4 });
    expect(made({ kind: "number", options: { places: 2 } }, "percent")?.options).toEqual({
      places: 2,
      percent: true,
    });
  });

  it("begins with what the kind begins with, and keeps no flag that it has not", () => {
    expect(made({}, "choice")?.options).toMatchObject({ options: [{ key: "option_1" }, {}] });
    expect(made({ unique: true, required: true }, "long_text")).toMatchObject({ required: true });
    expect(made({ unique: true }, "long_text")?.unique).toBe(undefined);
  });
});

it("reads limits and cases of a schema", () => {
  const schema = { properties: { a: { anyOf: [{ type: "string" }, { type: "null" }] }, b: whole } };
  expect(takesOption(schema, "a", null)).toBe(true);
  expect(takesOption(schema, "a", 1)).toBe(false);
  expect(takesOption(schema, "b", 1001)).toBe(false);
  expect(takesOption(schema, "b", 1.5)).toBe(false);
  expect(takesOption(schema, "c", 1)).toBe(false);
});
