import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import elementPlus from "unplugin-element-plus/vite";
import { defineConfig } from "vitest/config";

const source = fileURLToPath(new URL("./src", import.meta.url));

/** `ISLANDS=record/grid,record/form` builds only those and the shell, while working on them. */
const wanted = process.env.ISLANDS?.split(",");
const ALWAYS = ["app/shell", "app/sign-in", "app/theme"];

/**
 * One entry a folder that has a `main.ts`: an island of its own, or a script of the shell. The
 * server names an island by its folder.
 */
const entries = Object.fromEntries(
  readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => basename(file) === "main.ts")
    .map((file) => dirname(file))
    .filter((area) => !wanted || [...wanted, ...ALWAYS].includes(area))
    .map((area) => [area.replaceAll("/", "-"), `${source}/${area}/main.ts`]),
);

export default defineConfig({
  base: "/assets/",
  plugins: [vue(), elementPlus({})],
  resolve: { alias: { "@": source } },
  define: {
    __VUE_OPTIONS_API__: "true",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    __VUE_I18N_LEGACY_API__: "false",
    __VUE_I18N_FULL_INSTALL__: "false",
    __INTLIFY_PROD_DEVTOOLS__: "false",
  },
  build: {
    manifest: "manifest.json",
    outDir: "dist",
    assetsDir: "",
    target: ["chrome111", "safari16.4", "firefox115"],
    cssTarget: ["chrome111", "safari16.4", "firefox115"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: entries },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts"],
    // Its parts import their styles, which only the bundler can read.
    server: { deps: { inline: ["element-plus"] } },
  },
});
