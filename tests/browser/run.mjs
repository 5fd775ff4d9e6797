// Starts the program, walks all journeys (or those that are named), stops it.
//
//   FORMWORK_BINARY        the program
//   FORMWORK_DATABASE_URL  an empty database; a SQLite file when absent
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { run } from "node:test";
import { tap } from "node:test/reporters";
import { startServer } from "./server.mjs";

const folder = new URL("./journeys/", import.meta.url).pathname;
const wanted = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((file) => file.endsWith(".test.mjs"))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .map((file) => resolve(folder, file));

const server = await startServer({
  binary: process.env.FORMWORK_BINARY ?? "target/debug/formwork",
  databaseUrl: process.env.FORMWORK_DATABASE_URL,
});
process.env.FORMWORK_URL = server.url;
process.env.FORMWORK_ACCOUNTS = JSON.stringify(server.accounts);

const stream = run({ files, concurrency: 1 });
stream.on("test:fail", () => {
  process.exitCode = 1;
});
stream.compose(tap).pipe(process.stdout);
stream.once("end", async () => {
  if (process.exitCode) console.log(server.log());
  await server.stop();
});
