#!/usr/bin/env bash
# Installs the programs that are missing, with apt where it can; where it can't, it says what to install.
#
#   deploy/install/install.sh run|test|compose|cluster
#
# The packages' own servers are neither started, nor enabled at boot, and no Postgres cluster is made: Parley runs
# private ones, and whatever else this machine serves is none of its business.
set -euo pipefail

export PATH="$PATH:/usr/sbin:/sbin"
missing=()      # Debian packages
units=()        # the system services that these would start

have() { command -v "$1" >/dev/null; }
need() { # need PROGRAM PACKAGE [UNIT]
    have "$1" && return
    missing+=("$2")
    if [ $# -gt 2 ]; then units+=("$3"); fi
}

have_postgres() { have postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }

need_run() {
    have_postgres || { missing+=(postgresql); units+=(postgresql); }
    need redis-server redis-server redis-server
    need nginx nginx nginx
}

need_test() {
    need_run
    need gcc gcc            # the race detector is linked by it
    have gcc && [ ! -e /usr/include/stdlib.h ] && missing+=(libc6-dev)
    need node nodejs
    need npm npm
    need chromium chromium
    need promtool prometheus prometheus   # checks the alert rules
    need pgbouncer pgbouncer pgbouncer    # stands between the services and Postgres in a test
    need shellcheck shellcheck
    need systemd-analyze systemd          # checks the units
}

need_compose() {
    need docker docker.io docker
    need dockerd docker.io docker
    docker compose version >/dev/null 2>&1 || need docker-compose docker-compose
    need debootstrap debootstrap
    need iptables iptables
    need curl curl
    need openssl openssl
}

need_cluster() {
    need_compose
    need etcd etcd-server etcd
    need containerd containerd containerd
    need runc runc
    need ip iproute2
    need nft nftables
    need conntrack conntrack
    need openssl openssl
    need gcc gcc
    have gcc && [ ! -e /usr/include/stdlib.h ] && missing+=(libc6-dev)
    true
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

can_be_root() {
    [ "$(id -u)" = 0 ] || { have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }
}

# no_servers puts two files in place for as long as apt runs: one forbids packages to start services (invoke-rc.d asks it),
# the other forbids postgresql-common to make a cluster.
policy=/usr/sbin/policy-rc.d
cluster=/etc/postgresql-common/createcluster.d/parley.conf
placed=()
no_servers() {
    if [ ! -e "$policy" ]; then
        placed+=("$policy")
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
    placed+=("$cluster")
    as_root mkdir -p "${cluster%/*}"
    echo 'create_main_cluster = false' | as_root tee "$cluster" >/dev/null
}
servers_again() {
    as_root rm -f "${placed[@]}"
}

install() {
    echo "Installing: ${missing[*]}"
    no_servers
    trap servers_again EXIT
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null
    if [ -d /run/systemd/system ] && [ ${#units[@]} -gt 0 ]; then
        as_root systemctl disable --quiet "${units[@]}"
    fi
}

case "${1:-}" in
    run | test | compose | cluster) "need_$1" ;;
    *) echo "usage: $0 run|test|compose|cluster" >&2; exit 2 ;;
esac

[ ${#missing[@]} -gt 0 ] || exit 0
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)

if have apt-get && can_be_root; then
    install
else
    cat >&2 <<END
Parley needs programs that are not installed. On Debian or Ubuntu:

    apt-get install ${missing[*]}

Elsewhere, install PostgreSQL 15, Redis 6, nginx 1.20 (or newer)$([ "$1" = run ] || echo " and the rest of that list") by the system's own means.
END
    exit 1
fi
