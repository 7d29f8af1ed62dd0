#!/usr/bin/env bash
# Packs a release for deploy/systemd/install.sh: make release. The same tree and Go give the same bytes.
#
#   deploy/systemd/release.sh NAME PROGRAMS FOLDER      PROGRAMS holds messages and stream; the file goes into FOLDER
set -euo pipefail
name=${1//[^A-Za-z0-9.]/.} programs=$(realpath "$2") out=$(realpath "$3")
cd "$(dirname "$0")"
root=$(git rev-parse --show-toplevel 2>/dev/null || realpath ../..)
when=$(git log -1 --format=%ct 2>/dev/null || echo 0)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dir=$work/parley-$name
mkdir -p "$dir"/{bin,gateway,docs}
echo "$name" >"$dir/RELEASE"
cp "$programs"/{messages,stream} parley parley-backup parley-certificate "$dir/bin/"
cp -r install.sh common.sh units etc "$root/LICENSE" "$dir/"
cp "$root"/nginx.conf "$root"/deploy/nginx/{tls,redirect,proxied}.conf "$dir/gateway/"
cp "$root/deploy/compose/limits/on.conf" "$dir/gateway/limits.conf"
cp -r "$root"/docs/*.md "$dir/docs/"
find "$dir" -type d -exec chmod 755 {} + -o -type f -perm -u+x -exec chmod 755 {} + -o -type f -exec chmod 644 {} +
(cd "$dir" && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
LC_ALL=C tar -C "$work" --sort=name --mtime="@$when" --owner=0 --group=0 --numeric-owner --format=ustar -cf - "parley-$name" |
    gzip -n >"$out/parley-$name.tar.gz.new"
mv "$out/parley-$name.tar.gz.new" "$out/parley-$name.tar.gz"
echo "$out/parley-$name.tar.gz"
