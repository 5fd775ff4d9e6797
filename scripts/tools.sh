#!/usr/bin/env bash
# Says in one line which tool is missing.
set -euo pipefail

lacks() {
  echo "Missing: $1" >&2
  exit 1
}

command -v cargo >/dev/null || lacks "Rust 1.95 or later (cargo). Install it with rustup, then try again."
command -v node >/dev/null || lacks "Node.js 20.19 or later (node). Install it, then try again."
command -v npm >/dev/null || lacks "npm, which comes with Node.js. Install it, then try again."
command -v cc >/dev/null || lacks "a C compiler (cc), which builds SQLite. On Debian: apt-get install build-essential"

node -e '
  const [major, minor] = process.versions.node.split(".").map(Number);
  process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1);
' || lacks "Node.js 20.19 or later; this is $(node --version)."
