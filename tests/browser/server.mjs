// Starts the real program over a database of its own, with the example company in it.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** An account as the program prints it: `  name   password   Name (Role)`. */
const ACCOUNT = /^\s{2}(\S+)\s+(\S+)\s+(\S.*?) \((.+)\)$/;
const ADDRESS = /^Formwork: (http:\/\/\S+)$/;
/** The program gives itself up to this long for the example company. */
const START_MS = 300_000;

/**
 * Starts the program on a free port. `databaseUrl` is the address of an empty database; without
 * one, a SQLite file in a temporary folder is used.
 *
 * Answers `{url, accounts, stop}`; `accounts` holds `{account, password, name, role}` in the
 * order that they were printed.
 */
export async function startServer({ binary, databaseUrl }) {
  const folder = await mkdtemp(join(tmpdir(), "formwork-browser-"));
  const database = databaseUrl ? ["--database-url", databaseUrl] : ["--data-dir", folder];
  // The options say it all; variables of the developer's own must not add to them.
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("FORMWORK_"));
  const child = spawn(binary, [...database, "serve", "--listen", "127.0.0.1:0", "--demo"], {
    env: { RUST_LOG: "warn", ...Object.fromEntries(own) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = [];
  const accounts = [];
  child.stderr.on("data", (chunk) => lines.push(String(chunk)));
  const ended = new Promise((resolve) => child.once("exit", resolve));

  const url = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("the program did not start in time")), START_MS);
    child.once("error", reject);
    child.once("exit", (code) => {
      reject(new Error(`the program ended with ${code} before it served:\n${lines.join("\n")}`));
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      const account = ACCOUNT.exec(line);
      if (account) {
        const [, name, password, person, role] = account;
        accounts.push({ account: name, password, name: person, role });
      }
      const address = ADDRESS.exec(line);
      if (address) {
        clearTimeout(late);
        resolve(address[1]);
      }
    });
  });
  await untilHealthy(url);

  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  return { url, accounts, stop, log: () => lines.join("\n") };
}

/** The port is bound before the address is printed, so that this is a matter of one answer. */
async function untilHealthy(url) {
  const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) throw new Error(`/healthz answers ${answer.status}`);
}
