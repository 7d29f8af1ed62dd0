#!/bin/sh
# Makes the passwords of Postgres and Redis, as Secrets of a namespace, where they are missing:
#
#   deploy/kubernetes/secrets.sh parley
#
# parley-owner is that of the role which owns the database, parley-app that of the role which the services sign in as, and which
# the migrations make. For servers from outside, make those that they gave you instead:
#
#   kubectl -n parley create secret generic parley-owner --from-file=password=FILE
set -eu

[ $# = 1 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
for name in owner app redis; do
    kubectl -n "$1" get secret "parley-$name" >/dev/null 2>&1 && continue
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n' |
        kubectl -n "$1" create secret generic "parley-$name" --from-file=password=/dev/stdin
done
