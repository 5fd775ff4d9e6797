# Sourced by other scripts: a PostgreSQL server of our own, in a temporary folder, on a free
# port, as an ordinary user.
#
#   start_postgres   starts it and exports FORMWORK_TEST_POSTGRES
#   new_database     makes a database of a name in it and prints its address
#   stop_postgres    stops it and removes its folder; safe to call twice

POSTGRES_FOLDER=
POSTGRES_USER=

# The folder of initdb and pg_ctl; Debian keeps them off the PATH.
postgres_programs() {
  local found
  found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  if [ -n "$found" ] && [ -x "$found/initdb" ]; then
    echo "$found"
  elif command -v initdb >/dev/null; then
    dirname "$(command -v initdb)"
  fi
}

# PostgreSQL refuses to run as root.
as_postgres() {
  if [ -n "$POSTGRES_USER" ]; then
    (cd "$POSTGRES_FOLDER" && setpriv --reuid "$POSTGRES_USER" --regid "$(id -g "$POSTGRES_USER")" --clear-groups -- "$@")
  else
    "$@"
  fi
}

start_postgres() {
  local programs port
  programs=$(postgres_programs)
  POSTGRES_FOLDER=$(mktemp -d)
  if [ "$(id -u)" = 0 ]; then
    POSTGRES_USER=$(id -un postgres 2>/dev/null || echo nobody)
    chown "$POSTGRES_USER" "$POSTGRES_FOLDER"
  fi
  as_postgres "$programs/initdb" --pgdata "$POSTGRES_FOLDER/data" --username formwork \
    --auth trust --encoding UTF8 --locale C.UTF-8 --no-sync >/dev/null
  port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
  # What is lost in a power cut is of no use here.
  cat >"$POSTGRES_FOLDER/extra.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
CONF
  cat "$POSTGRES_FOLDER/extra.conf" >>"$POSTGRES_FOLDER/data/postgresql.conf"
  as_postgres "$programs/pg_ctl" start --wait --silent --pgdata "$POSTGRES_FOLDER/data" --log "$POSTGRES_FOLDER/server.log"
  export FORMWORK_TEST_POSTGRES="postgres://formwork@127.0.0.1:$port/postgres"
}

new_database() {
  "$(postgres_programs)/createdb" --maintenance-db "$FORMWORK_TEST_POSTGRES" "$1"
  echo "${FORMWORK_TEST_POSTGRES%/*}/$1"
}

stop_postgres() {
  [ -n "$POSTGRES_FOLDER" ] || return 0
  if [ -f "$POSTGRES_FOLDER/data/postmaster.pid" ]; then
    as_postgres "$(postgres_programs)/pg_ctl" stop --mode immediate --silent --pgdata "$POSTGRES_FOLDER/data" || true
  fi
  rm -rf "$POSTGRES_FOLDER"
  POSTGRES_FOLDER=
}
