#!/usr/bin/env bash
# POSTGRES_PASSWORD (or _FILE), POSTGRES_USER, POSTGRES_DB, POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD and PGDATA, as in
# the official image: an empty data folder is initialised, /docker-entrypoint-initdb.d is run once, then the server starts.
set -Eeuo pipefail
[ "${1:0:1}" = - ] && set -- postgres "$@"
[ "$1" = postgres ] || exec "$@"

from_file() { # VARIABLE DEFAULT
  local file="$1_FILE"
  if [ -n "${!1:-}" ] && [ -n "${!file:-}" ]; then echo "both $1 and $file are set" >&2; exit 1; fi
  if [ -n "${!file:-}" ]; then printf -v "$1" %s "$(<"${!file}")"; else printf -v "$1" %s "${!1:-$2}"; fi
  export "${1?}"; unset "$file"
}
from_file POSTGRES_PASSWORD ''
from_file POSTGRES_USER postgres
from_file POSTGRES_DB "$POSTGRES_USER"
from_file POSTGRES_INITDB_ARGS ''

mkdir -p "$PGDATA"; chmod 700 "$PGDATA" || true
if [ "$(id -u)" = 0 ]; then
  chown -R postgres: "$PGDATA" /var/run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
[ -s "$PGDATA/PG_VERSION" ] && exec "$@"

auth=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
if [ -z "$POSTGRES_PASSWORD" ] && [ "$auth" != trust ]; then echo "POSTGRES_PASSWORD is not set" >&2; exit 1; fi
eval "initdb --username=\"\$POSTGRES_USER\" --pwfile=<(printf '%s\n' \"\$POSTGRES_PASSWORD\") $POSTGRES_INITDB_ARGS"
printf '\nhost all all all %s\n' "$auth" >>"$PGDATA/pg_hba.conf"

# Only the socket listens while the scripts run, so that nobody outside takes the half-made server for the real one.
PGPASSWORD=$POSTGRES_PASSWORD; export PGPASSWORD
pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
sql() { psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc "$@"; }
if [ "$POSTGRES_DB" != postgres ]; then sql --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'; fi
for f in /docker-entrypoint-initdb.d/*; do
  case $f in
    *.sh) if [ -x "$f" ]; then "$f"; else . "$f"; fi ;;
    *.sql) sql --dbname "$POSTGRES_DB" -f "$f" ;;
    *.sql.gz) gunzip -c "$f" | sql --dbname "$POSTGRES_DB" ;;
  esac
done
pg_ctl -D "$PGDATA" -m fast -w stop
unset PGPASSWORD
exec "$@"
