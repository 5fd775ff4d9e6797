#!/usr/bin/env bash
# Runs the load measurements.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! cargo metadata --no-deps --format-version 1 --locked | grep -q '"name":"formwork-bench"'; then
  echo "There are no load measurements yet; these measure the rules: cargo bench -p formwork-rules" >&2
  exit 1
fi
exec cargo run --release --locked -p formwork-bench "$@"
