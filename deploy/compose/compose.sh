#!/usr/bin/env bash
# Runs docker compose, whichever this machine has: the plug-in, docker-compose (v1 too), or one built here.
#
#   deploy/compose/compose.sh up -d --wait      as `docker compose up -d --wait`
#   deploy/compose/compose.sh --build-v2        builds compose v2 with the local Go, as bin/docker-compose, which is then
#                                               preferred: for where the plug-in cannot be installed (some minutes)
set -euo pipefail
cd "$(dirname "$0")/../.."

# The last line whose client speaks to daemons as old as Debian 12's.
version=v2.39.4

# `go install module@version` refuses a module with exclude directives, which compose has; as a dependency it may have them.
build_v2() {
    local out=$PWD/bin/docker-compose dir
    dir=$(mktemp -d)
    mkdir -p bin
    cd "$dir"
    export GOWORK=off GOFLAGS=-mod=mod
    go mod init compose
    go get "github.com/docker/compose/v2@$version"
    CGO_ENABLED=0 go build -trimpath -o "$out" \
        -ldflags="-s -w -X github.com/docker/compose/v2/internal.Version=$version" github.com/docker/compose/v2/cmd
    rm -rf "$dir"
    "$out" version
}

[ "${1:-}" != --build-v2 ] || { build_v2; exit; }
[ ! -x bin/docker-compose ] || exec bin/docker-compose "$@"
docker compose version >/dev/null 2>&1 && exec docker compose "$@"
if ! command -v docker-compose >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "compose: installing docker-compose" >&2
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends docker-compose >/dev/null
fi
command -v docker-compose >/dev/null || { echo "compose: install Docker's compose plug-in, or run $0 --build-v2" >&2; exit 1; }
exec docker-compose "$@"
