#!/usr/bin/env bash
# Builds every image that docker-compose.yml needs without a registry: Postgres, Redis and nginx from Debian's packages,
# the services from binaries made with the local Go. Then: docker compose --env-file deploy/images/debian.env up
#
#   deploy/images/build.sh            builds what is missing or has changed
#   deploy/images/build.sh --fresh    takes Debian's packages anew, for their security updates
#   deploy/images/build.sh services   the services only
#   deploy/images/build.sh observe    Prometheus too, for deploy/observe/compose.yml
#
# Debian comes from where this host's apt has it, through the proxy that apt uses here. The base needs root, for debootstrap.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=deploy/images

suite=trixie        # the base: Postgres 17, Redis 8
next=forky          # nginx only; see debian/nginx.Dockerfile
export DOCKER_BUILDKIT=0    # the classic builder is in every Docker and asks no registry

say() { printf 'images: %s\n' "$*"; }

# site prints the archive this host's apt uses, the first whose address ends in $1; nothing if this host is no Debian.
# shellcheck disable=SC2016         # $(SITE) is for apt
site() { apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null | sed 's,/*$,,' | grep -m1 "/$1\$" || true; }

# What apt was told here and a container was not.
apt_options() { apt-config dump Acquire | sed -n 's/^\(Acquire::Check-[A-Za-z-]*\) "\(.*\)";$/-o \1=\2/p' | tr '\n' ' '; }
use_apt_proxy() {
    local PROXY=
    eval "$(apt-config shell PROXY Acquire::http::Proxy)"
    [ -z "$PROXY" ] || [ "$PROXY" = DIRECT ] || export http_proxy=$PROXY https_proxy=$PROXY
}

need() { # need COMMAND PACKAGE…
    command -v "$1" >/dev/null && return
    shift
    [ "$(id -u)" = 0 ] || { say "missing here: apt-get install $*" >&2; exit 1; }
    say "installing $*"
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@" >/dev/null
}

# base makes the image that the others begin from. It is known by the digest of the way it is made.
base() {
    local main security recipe root
    main=$(site debian) security=$(site debian-security)
    recipe=$({ declare -f base; echo "$suite $main $security"; } | sha256sum | cut -c1-12)
    base=parley/debian:$suite-$recipe
    if [ -z "$fresh" ] && docker image inspect "$base" >/dev/null 2>&1; then
        say "$base is there"
        return
    fi
    need debootstrap debootstrap debian-archive-keyring
    [ "$(id -u)" = 0 ] || { say "debootstrap needs root: run this with sudo" >&2; exit 1; }
    say "$base: debootstrap $suite"
    root=$(mktemp -d "${TMPDIR:-/var/tmp}/parley-base.XXXXXX")
    # shellcheck disable=SC2064         # now: root is local
    trap "rm -rf '$root'" EXIT
    chmod 755 "$root"
    # shellcheck disable=SC2086         # no mirror, no argument: debootstrap knows Debian's own
    debootstrap --variant=minbase "$suite" "$root" $main >"$root.log" 2>&1 || { tail -n 20 "$root.log" >&2; exit 1; }
    [ -z "$security" ] || echo "deb $security $suite-security main" >>"$root/etc/apt/sources.list"
    rm -rf "$root.log" "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/*.log "${root:?}"/dev/* \
        "$root"/usr/share/{doc,man,locale,info}/*
    printf 'path-exclude=/usr/share/%s/*\n' doc man locale info >"$root/etc/dpkg/dpkg.cfg.d/slim"
    printf 'APT::Install-Recommends "false";\n' >"$root/etc/apt/apt.conf.d/slim"
    tar -C "$root" --numeric-owner -c . | docker import - "$base" >/dev/null
    rm -rf "$root"
    trap - EXIT
}

# build does it quietly: what Docker has to say is shown when it fails.
build() {
    local out
    out=$(docker build "$@" 2>&1) || { printf '%s\n' "$out" | tail -n 40 >&2; exit 1; }
}

# packaged IMAGE DOCKERFILE: docker's own cache knows what has changed.
packaged() {
    say "$1"
    build ${fresh:+--no-cache} --network host -t "$1" -f "$here/debian/$2" \
        --build-arg BASE="$base" --build-arg NEXT="$next" --build-arg APT_OPTIONS="$(apt_options)" \
        ${http_proxy:+--build-arg http_proxy --build-arg https_proxy} "$here/debian"
}

certificates() {
    local f
    for f in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
        [ -s "$f" ] && { cp -L "$f" bin/image/ca-certificates.crt; return; }
    done
    say "no certificates of public authorities found: apt-get install ca-certificates" >&2
    exit 1
}

services() {
    say "building messages and stream with $(go env GOVERSION)"
    mkdir -p bin/image
    GOWORK=off go -C tools run ./bundle "$PWD/services/messages/web"
    version=$(git describe --always --abbrev=12 --exclude='*' --dirty=+dirty 2>/dev/null || true)
    CGO_ENABLED=0 GOOS=linux go build -trimpath -tags grpcnotrace -ldflags="-s -w -X parley/core/serve.version=$version" -o bin/image/ \
        ./services/messages/cmd/messages ./services/stream/cmd/stream ./deploy/images/probe
    certificates
    local s
    for s in messages stream; do
        say "parley/$s"
        build -t "parley/$s" -f "$here/prebuilt.Dockerfile" --target "$s" .
    done
}

fresh='' only='' observe=''
for arg; do
    case $arg in
    --fresh) fresh=1 ;;
    services) only=services ;;
    observe) observe=1 ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done

$here/dockerd.sh
if [ -z "$only" ]; then
    use_apt_proxy
    base
    packaged parley/postgres:17-debian postgres.Dockerfile
    packaged parley/redis:8-debian redis.Dockerfile
    packaged parley/nginx:debian nginx.Dockerfile
    [ -z "$observe" ] || packaged parley/prometheus:debian prometheus.Dockerfile
fi
services
say "done: docker compose --env-file deploy/images/debian.env up"
