#!/usr/bin/env bash
# Builds the program and serves from the folder data/. On an empty database the CRM is
# installed with its example company, and the accounts are printed once.
#
# FORMWORK_DATABASE_URL=postgres://… serves from PostgreSQL instead, FORMWORK_LISTEN sets
# address and port.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "Building the server (some minutes the first time)"
cargo build --release --locked -p formwork
exec "${CARGO_TARGET_DIR:-target}/release/formwork" --data-dir "${FORMWORK_DATA_DIR:-data}" serve --demo
