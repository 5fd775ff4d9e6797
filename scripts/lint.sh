#!/usr/bin/env bash
# Formats, lints and types, without changing anything.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --all --check -- --color never
(cd web && npm run --silent lint && npm run --silent types)
mkdir -p web/dist # is embedded, and may be empty here
cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
