// Prints what each island costs to open, gzipped, and fails when one is over its budget.
// Counted is what the browser loads before anything is clicked: the entry, the shell's
// script and everything that they import statically, and one language's texts for islands.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", dist), "utf8"));

/** Most kilobytes of JavaScript, gzipped; `*` for islands that are not named. */
const BUDGETS = { "app-sign-in": 20, "app-shell": 12, "app-theme": 1, "*": 300 };
const ALONE = new Set(["app-sign-in", "app-shell", "app-theme"]);

const sizes = new Map();
const size = (file) => {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(new URL(file, dist))).length);
  return sizes.get(file);
};

function collect(key, scripts, styles) {
  const chunk = manifest[key];
  if (!chunk || scripts.has(chunk.file)) return;
  scripts.add(chunk.file);
  for (const file of chunk.css ?? []) styles.add(file);
  for (const imported of chunk.imports ?? []) collect(imported, scripts, styles);
}

const entries = Object.entries(manifest).filter(([, chunk]) => chunk.isEntry);
const shell = entries.find(([, chunk]) => chunk.name === "app-shell")?.[0];
const total = (files) => [...files].reduce((sum, file) => sum + size(file), 0) / 1000;
let failed = false;

for (const [key, chunk] of entries.sort((a, b) => a[1].name.localeCompare(b[1].name))) {
  const scripts = new Set();
  const styles = new Set();
  collect(key, scripts, styles);
  if (shell && !ALONE.has(chunk.name)) collect(shell, scripts, styles);
  const budget = BUDGETS[chunk.name] ?? BUDGETS["*"];
  const js = total(scripts);
  const over = js > budget;
  failed ||= over;
  const line = `${chunk.name.padEnd(16)} js ${js.toFixed(1).padStart(6)} kB of ${String(budget).padStart(3)}   css ${total(styles).toFixed(1).padStart(5)} kB`;
  console.log(over ? `${line}   OVER` : line);
}
process.exit(failed ? 1 : 0);
