import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { KINDS } from "./field/registry";

const source = join(process.cwd(), "src");
const repository = join(source, "../..");

const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /\.(ts|vue|css)$/.test(file) && !file.endsWith("schema.d.ts"));
const read = (file: string) => readFileSync(join(source, file), "utf8");

/** The kinds that the server's registry names. */
const kinds = [
  ...readFileSync(join(repository, "crates/model/src/kind/mod.rs"), "utf8").matchAll(
    /registered!\("(\w+)"/g,
  ),
].map(([, key]) => key as string);

/** Folders that hold several parts, each of which stands for itself. */
const HOUSES = new Set(["record", "flow", "insight"]);

/** The part of the house that a file belongs to: `record/grid`, `field`. */
function partOf(file: string): string {
  const [first = "", second = ""] = file.split("/");
  return HOUSES.has(first) ? `${first}/${second}` : first;
}

/** What a file imports from the other parts, by static and by dynamic imports. */
function importsOf(file: string): string[] {
  const named = read(file).matchAll(/(?:from|import|@import|import\()\s*["']([^"']+)["']/g);
  return [...named].flatMap(([, path = ""]) => {
    if (path.startsWith("@/")) return [path.slice(2)];
    return path.startsWith(".") ? [normalize(join(dirname(file), path))] : [];
  });
}

/** Which parts each part leans on. */
function graph(): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  for (const file of files.filter((one) => one.includes("/") && !one.endsWith(".test.ts"))) {
    const from = partOf(file);
    const to = edges.get(from) ?? new Set();
    for (const path of importsOf(file)) if (partOf(path) !== from) to.add(partOf(path));
    edges.set(from, to);
  }
  return edges;
}

/** A way that leads back to where it began; none when there is no circle. */
function circleIn(edges: Map<string, Set<string>>): string[] | null {
  const done = new Set<string>();
  const walk = (part: string, way: string[]): string[] | null => {
    if (way.includes(part)) return [...way.slice(way.indexOf(part)), part];
    if (done.has(part)) return null;
    for (const next of edges.get(part) ?? []) {
      const found = walk(next, [...way, part]);
      if (found) return found;
    }
    done.add(part);
    return null;
  };
  for (const part of edges.keys()) {
    const found = walk(part, []);
    if (found) return found;
  }
  return null;
}

describe("the browser part", () => {
  it("finds a circle where there is one", () => {
    const edges = new Map([
      ["a", new Set(["b"])],
      ["b", new Set(["c"])],
      ["c", new Set(["b"])],
    ]);
    expect(circleIn(edges)).toEqual(["b", "c", "b"]);
  });

  it("has no circle between its folders", () => {
    const edges = graph();
    expect(edges.get("field")?.has("app")).toBe(true);
    expect(circleIn(edges)).toBeNull();
  });

  it("has a folder with all parts for every kind of fields", () => {
    expect(kinds.length).toBeGreaterThan(15);
    expect([...KINDS.keys()].sort()).toEqual(kinds);
    for (const kind of kinds) {
      for (const part of ["Show", "Edit", "Configure"]) {
        expect(files).toContain(`field/${kind}/${part}.vue`);
      }
      const { icon, width, paste, plain, palette } = KINDS.get(kind) as never as Record<
        string,
        unknown
      >;
      expect([kind, typeof icon, typeof width]).toEqual([kind, "string", "number"]);
      expect([kind, typeof paste, typeof plain]).toEqual([kind, "function", "function"]);
      expect(palette).not.toEqual([]);
    }
  });

  it("decides by what fields are, never by the key of their kind", () => {
    const names = kinds.join("|");
    const decisions = [
      new RegExp(`\\bkind\\b\\)?\\s*[!=]==?\\s*["'\`](${names})["'\`]`),
      new RegExp(`["'\`](${names})["'\`]\\s*[!=]==?\\s*[\\w.?]*\\bkind\\b`),
      new RegExp(`["'](${names})["'][^;]{0,80}\\]\\)?\\.(includes|has)\\([\\w.?]*\\bkind\\b`, "s"),
    ];
    const own = new RegExp(`^field/(${names})/`);
    const found = files
      .filter((file) => !own.test(file) && !file.endsWith(".test.ts"))
      .filter((file) => decisions.some((decision) => decision.test(read(file))));
    expect(found).toEqual([]);
  });

  it("takes sizes of letters and colours from the tokens", () => {
    const literal =
      /font-size:\s*[\d.]+(px|rem|em)|font:[^;]*\d(px|rem)\s*\/|#[0-9a-f]{3,8}\b(?=[^"]*;)|\b(rgb|hsl)a?\(/i;
    const styles = (file: string) =>
      file.endsWith(".css")
        ? read(file)
        : [...read(file).matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)]
            .map(([, css]) => css)
            .join("");
    expect(literal.test("a { font-size: 13px; }") && literal.test("a { color: #fff; }")).toBe(true);
    expect(literal.test("a { font-size: var(--fs-s); }")).toBe(false);
    const found = files
      .filter((file) => !file.endsWith(".ts") && file !== "ui/tokens.css")
      .filter((file) => literal.test(styles(file)));
    expect(found).toEqual([]);
  });
});
