#!/usr/bin/env bash
# Builds the pages of the Rust interfaces and writes the generated tables of docs/ anew.
set -euo pipefail
cd "$(dirname "$0")/.."

FORMWORK_WRITE_DOCS=1 cargo test --locked --quiet -p formwork-tests --test architecture documents
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
echo "The pages are in ${CARGO_TARGET_DIR:-target}/doc/formwork_engine/index.html"
