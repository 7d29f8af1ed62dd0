#!/bin/sh
# Postgres with the password in /run/secrets/owner, by which alone it is entered from the network. Makes the cluster at the
# first start; one that had no password, or another, gets this one. Works in the official image and in Debian's.
set -eu

secret=/run/secrets/owner/password
noted=$PGDATA/parley.password       # by its digest, which password the cluster has
made=$PGDATA/parley.made            # the cluster is whole

# alone runs a statement on a server that listens to nobody else. It is no failure to it when the statement fails.
alone() { echo "$1" | postgres --single -D "$PGDATA" postgres; }
has_database() { alone "SELECT datname FROM pg_database WHERE datname = 'parley'" | grep -q '"parley"'; }

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    # The built-in locale does not change with the C library, and so neither do the indexes.
    initdb --pgdata="$PGDATA" --username=parley --pwfile="$secret" --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 \
        --locale-provider=builtin --builtin-locale=C.UTF-8 --data-checksums --no-instructions
fi
if [ ! -e "$made" ]; then
    has_database || alone "CREATE DATABASE parley" >/dev/null
    has_database || { echo "could not make the database" >&2; exit 1; }
    touch "$made"
fi
digest=$(sha256sum <"$secret")
if [ "$digest" != "$(cat "$noted" 2>/dev/null)" ]; then
    alone "ALTER ROLE parley PASSWORD '$(cat "$secret")'" >/dev/null
    echo "$digest" >"$noted"
fi

# In the container itself only the account of the server gets in: docker compose exec postgres psql -U parley
cat >/tmp/pg_hba.conf <<END
local all parley peer map=server
host  all all    all  scram-sha-256
END
echo "server postgres parley" >/tmp/pg_ident.conf

exec postgres -c hba_file=/tmp/pg_hba.conf -c ident_file=/tmp/pg_ident.conf "$@"
