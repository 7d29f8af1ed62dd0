#!/usr/bin/env bash
# Builds every image that docker-compose.yml needs without a registry: Postgres, Redis and nginx from Debian's packages,
# the services from binaries made with the local Go. Then: docker compose --env-file deploy/images/debian.env up
#
#   deploy/images/build.sh            builds what is missing or has changed
#   deploy/images/build.sh --fresh    takes Debian's packages anew, for their security updates
#   deploy/images/build.sh services   the services only
#   deploy/images/build.sh observe    Prometheus too, for deploy/observe/compose.yml
#   deploy/images/build.sh tls        certbot too, for deploy/compose/tls.yml
#
# Debian comes from where this host's apt has it, through the proxy that apt uses here. The base needs root, for debootstrap.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=deploy/images

suite=trixie        # the base: Postgres 17, Redis 8
next=forky          # nginx only; see debian/nginx.Dockerfile
export DOCKER_BUILDKIT=0    # the classic builder is in every Docker and asks no registry

# shellcheck source=debian.sh
. $here/debian.sh

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

fresh='' only='' observe='' tls=''
for arg; do
    case $arg in
    --fresh) fresh=1 ;;
    services) only=services ;;
    observe) observe=1 ;;
    tls) tls=1 ;;
    *) sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done

$here/dockerd.sh
if [ -z "$only" ]; then
    use_apt_proxy
    base "$suite"
    packaged parley/postgres:17-debian postgres.Dockerfile
    packaged parley/redis:8-debian redis.Dockerfile
    packaged parley/nginx:debian nginx.Dockerfile
    [ -z "$observe" ] || packaged parley/prometheus:debian prometheus.Dockerfile
    [ -z "$tls" ] || packaged parley/certbot:debian certbot.Dockerfile
fi
services
say "done: docker compose --env-file deploy/images/debian.env up"
