// Writes src/ui/icons.svg, the one sprite that templates and islands draw icons from, out of
// the names in src/ui/icons.json. Former names of an icon are good too; a name that the icon
// set does not know is an error.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const here = (path) => new URL(path, import.meta.url);
const folder = here("../node_modules/@lucide/vue/dist/esm/icons/");
const names = JSON.parse(readFileSync(here("../src/ui/icons.json"), "utf8"));

const known = new Map();
for (const file of readdirSync(folder).filter((file) => file.endsWith(".mjs"))) {
  const { __iconData: data } = await import(new URL(file, folder));
  if (!data) continue;
  known.set(data.name, data.node);
  for (const alias of data.aliases ?? []) {
    const name = typeof alias === "string" ? alias : alias.name;
    if (!known.has(name)) known.set(name, data.node);
  }
}

const attributes = (values) =>
  Object.entries(values)
    .filter(([name]) => name !== "key")
    .map(([name, value]) => ` ${name}="${value}"`)
    .join("");

const unknown = names.filter((name) => !known.has(name));
if (unknown.length > 0) {
  console.error(`not in the icon set: ${unknown.join(" ")}`);
  process.exit(1);
}

/** The product's own mark, drawn on the same 24 px as the set. */
const LOGO =
  '<symbol id="logo" viewBox="0 0 24 24"><path d="M5 18V6h9M5 12h7"/><path d="M16 12.5v6M13 15.5h6"/></symbol>';

const symbols = [...new Set(names)].sort().map((name) => {
  const shapes = known.get(name).map(([tag, values]) => `<${tag}${attributes(values)}/>`);
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.join("")}</symbol>`;
});

writeFileSync(
  here("../src/ui/icons.svg"),
  `<svg xmlns="http://www.w3.org/2000/svg">\n${LOGO}\n${symbols.join("\n")}\n</svg>\n`,
);
console.log(`${symbols.length} icons`);
