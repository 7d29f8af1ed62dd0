#!/usr/bin/env bash
# Makes sure that a Docker daemon answers. Where one does, this does nothing. Where none does and we are root, it
# installs Docker (with apt, if it is missing) and starts a daemon, which stays; its log and process id are under
# /var/tmp/parley-dockerd. To stop that daemon: deploy/images/dockerd.sh stop
set -euo pipefail

state=${PARLEY_DOCKERD:-/var/tmp/parley-dockerd}

say() { printf 'dockerd: %s\n' "$*"; }
answers() { docker version >/dev/null 2>&1; }

stop() {
    [ -s "$state/pid" ] || { say "none of ours is running"; exit 0; }
    pid=$(cat "$state/pid")
    kill "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
    rm -f "$state/pid"
    say "stopped"
}

case ${1:-start} in
stop) stop; exit ;;
start) ;;
*) echo "usage: dockerd.sh [start|stop]" >&2; exit 2 ;;
esac

answers && exit 0
if [ "$(id -u)" != 0 ]; then
    say "no Docker daemon answers. Start it (sudo systemctl start docker), or run this as root." >&2
    exit 1
fi
if ! command -v dockerd >/dev/null; then
    say "installing docker.io"
    apt-get update -q >/dev/null
    client=$(apt-cache pkgnames docker-cli | grep -x docker-cli || true)       # a package of its own since Debian 13
    # shellcheck disable=SC2086         # none or one
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends docker.io iptables $client >/dev/null
fi
if [ -d /run/systemd/system ]; then
    systemctl start docker
    answers && exit 0
fi

mkdir -p "$state"
say "starting a daemon, log in $state/log"
setsid dockerd >"$state/log" 2>&1 </dev/null &
pid=$!
echo "$pid" >"$state/pid"
for _ in $(seq 150); do
    answers && exit 0
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.2
done
tail -n 20 "$state/log" >&2
say "it did not come up" >&2
exit 1
