#!/bin/sh
# Makes the passwords of Postgres and Redis where they are missing, each in a volume of its own, which only those mount who
# need it.
set -eu

for name in owner app redis; do
    file=/run/secrets/$name/password
    [ ! -s "$file" ] || continue
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$file.new"
    chmod 444 "$file.new"       # whoever has the volume may read it, by whatever number
    mv "$file.new" "$file"      # whole, or not at all
    echo "made a password for $name"
done
