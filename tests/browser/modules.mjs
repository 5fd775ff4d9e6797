// The browser driver and the accessibility rules, which are installed with the browser part.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../web/package.json", import.meta.url));

export const { chromium } = require("playwright-core");
export const AXE_PATH = require.resolve("axe-core/axe.min.js");
