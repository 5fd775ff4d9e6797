#!/usr/bin/env bash
# Everything that must hold before a change goes in: formats, lints, types, documentation,
# the tests on SQLite and on PostgreSQL, and the journeys in a browser on both.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/postgres.sh

export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0 INSTA_UPDATE=no NO_COLOR=1
target=$(cargo metadata --no-deps --format-version 1 | node -p 'JSON.parse(require("fs").readFileSync(0)).target_directory')
logs=$target/test-logs
mkdir -p "$logs"
started=$SECONDS

# Runs one step; its output goes to a log, and to the console when it fails.
step() {
  local name=$1 log before=$SECONDS
  shift
  log=$logs/${name// /-}.log
  if "$@" >"$log" 2>&1; then
    printf '%-32s ok %5d s\n' "$name" $((SECONDS - before))
  else
    printf '%-32s FAILED\n' "$name"
    tail -n 200 "$log"
    exit 1
  fi
}

in_web() { (cd web && "$@"); }

rust_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    # nextest runs each test in a process of its own; those of the CRM share an example
    # company, which is made once in one process.
    cargo nextest run --workspace --locked --no-fail-fast --status-level fail \
      --filterset 'not binary(crm)' &&
      cargo test --workspace --locked --quiet --test crm
  else
    cargo test --workspace --locked --no-fail-fast --quiet --lib --bins --tests
  fi
}

# Walks the journeys; over the database at an address, or over SQLite.
browser_tests() {
  FORMWORK_DATABASE_URL=${1:-} FORMWORK_BINARY=$target/debug/formwork node tests/browser/run.mjs
}

# How many tests a log says passed.
passed() {
  case $1 in
  rust-tests) awk '/tests run:/ { for (i = 2; i <= NF; i++) if ($i ~ /^passed/) n += $(i - 1) }
                   /^test result:/ { n += $4 } END { print n + 0 }' "$logs/$1.log" ;;
  web-tests) awk '$1 == "Tests" { n += $2 } END { print n + 0 }' "$logs/$1.log" ;;
  *) awk '/^# pass / { n += $3 } END { print n + 0 }' "$logs/$1.log" ;;
  esac
}

scripts/packages.sh
trap stop_postgres EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step "web packages" make --no-print-directory web/node_modules/.installed
step "rust format" cargo fmt --all --check -- --color never
step "web lint" in_web npm run --silent lint
step "web types" in_web npm run --silent types
step "web tests" in_web npm run --silent test
step "web build" in_web npm run --silent build
step "web sizes" in_web npm run --silent size
step "rust lint" cargo clippy --workspace --all-targets --locked -- -D warnings
step "rust docs" env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
step "rust build" cargo build --workspace --all-targets --locked
start_postgres
step "rust tests" rust_tests
step "browser tests on SQLite" browser_tests
step "browser tests on PostgreSQL" browser_tests "$(new_database browser)"

browser=$(($(passed browser-tests-on-SQLite) + $(passed browser-tests-on-PostgreSQL)))
echo "All passed in $(((SECONDS - started + 59) / 60)) min: $(passed rust-tests) Rust tests, $(passed web-tests) web tests, $browser browser tests."
