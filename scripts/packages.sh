#!/usr/bin/env bash
# Installs what the tests need besides Rust and Node: PostgreSQL, Chromium and a font with
# Chinese letters. Does nothing when they are there.
set -euo pipefail
cd "$(dirname "$0")"
. ./postgres.sh

missing=()
[ -n "$(postgres_programs)" ] || missing+=(postgresql)
[ -n "${FORMWORK_CHROMIUM:-}" ] || command -v chromium >/dev/null || missing+=(chromium)
{ command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn)" ]; } || missing+=(fontconfig fonts-noto-cjk)
[ ${#missing[@]} -gt 0 ] || exit 0

command="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "The tests need ${missing[*]}. Install them and try again:" >&2
  echo "  sudo sh -c '$command'" >&2
  exit 1
fi
echo "Installing ${missing[*]}"
DEBIAN_FRONTEND=noninteractive sh -c "$command" >/dev/null
