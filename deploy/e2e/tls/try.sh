#!/usr/bin/env bash
# Tries deploy/compose/tls.env: all settings in one file, and Parley serves HTTPS; with a certificate of an authority, which is
# Pebble, Let's Encrypt's own for tests, and with two files. It needs root, Docker and Go: make e2e-tls
set -euo pipefail
cd "$(dirname "$0")/../../.."

pebble=v2.10.3
domain=chat.example.org
work=$PWD/.local/tls
project=parley-tls-$$
export WORK=$work HTTP_PORT=18080 TLS_PORT=18443 PORT=18090

say() { printf '\ntls: %s\n' "$*"; }
die() { printf '\ntls: FAILED: %s\n' "$*" >&2; exit 1; }
compose() { deploy/compose/compose.sh --project-name "$project" --env-file "$work/env" "$@"; }
clean() {
    local code=$?
    [ $code = 0 ] || compose logs --no-color --tail 40 nginx certificate authority >&2 || true
    compose down --volumes --remove-orphans --timeout 5 >"$work/down.log" 2>&1 || { cat "$work/down.log" >&2; code=1; }
    exit $code
}

# await SECONDS WHAT COMMAND… waits until the command succeeds.
await() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || die "$what: not within its time"
        sleep 0.5
    done
}

# ask CA PATH… asks over TLS, and believes that authority alone.
ask() { curl -fsS --max-time 5 --resolve "$domain:$TLS_PORT:127.0.0.1" --cacert "$1" "${@:3}" "https://$domain:$TLS_PORT$2"; }

# serves CA checks what a browser would see.
serves() {
    local account='{"username":"ada","password":"correct horse"}' json='Content-Type: application/json'
    [ "$(ask "$1" /login -o /dev/null -w '%{http_version}')" = 2 ] || die "it isn't HTTP/2"
    ask "$1" "$2" -c "$work/jar" -H "$json" -d "$account" | grep -q '"ada"' || die "nobody can sign in"
    ask "$1" /chat/general/messages -b "$work/jar" -H "$json" -d '{"body":"over TLS"}' | grep -q '"id"' || die "nobody can post"
    grep -q '__Host-.*' "$work/jar" || die "the cookie is not bound to TLS"
    curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' -H "Host: $domain" "http://127.0.0.1:$HTTP_PORT/chat" |
        grep -q "^308 https://$domain/chat$" || die "plain HTTP is not sent on"
}

say "images"
mkdir -p "$work/image"
deploy/images/build.sh tls
GOWORK=off GOBIN=$work/image CGO_ENABLED=0 go install "github.com/letsencrypt/pebble/v2/cmd/pebble@$pebble"
certify() { # certify NAME ALT FILE… makes a certificate that signs itself
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" -addext "subjectAltName=$2" \
        -out "$3" -keyout "$4" 2>/dev/null
}
certify authority DNS:authority,IP:127.0.0.1 "$work/cert.pem" "$work/image/key.pem"
cp "$work/cert.pem" "$work/image/"
sed 's/127.0.0.1:/0.0.0.0:/; s,/root/authority,,; s/"httpPort": 80/"httpPort": 8080/' deploy/systemd/box/pebble.json >"$work/image/pebble.json"
printf 'FROM scratch\nCOPY . /\nENTRYPOINT ["/pebble", "-config", "/pebble.json"]\n' | tee "$work/image/Dockerfile" >/dev/null
DOCKER_BUILDKIT=0 docker build -q -t parley/pebble "$work/image" >/dev/null

say "a name and an address in one file"
sed "s,^COMPOSE_FILE=.*,&:deploy/e2e/tls/authority.yml," deploy/compose/tls.env | cat - deploy/images/debian.env >"$work/env"
echo "ACME_SERVER=https://authority:14000/dir" >>"$work/env"
trap clean EXIT
compose up -d 2>"$work/up.log" || { cat "$work/up.log" >&2; die "it does not come up"; }
port=$(compose port authority 15000)
await 30 "the authority" curl -fsS --cacert "$work/cert.pem" -o "$work/root.pem" "https://127.0.0.1:${port##*:}/roots/0"
await 90 "a certificate that is believed" ask "$work/root.pem" /login -o /dev/null
serves "$work/root.pem" /register

say "two files"
mkdir -p "$work/own"
certify "$domain" "DNS:$domain" "$work/own/fullchain.pem" "$work/own/privkey.pem"
chmod 644 "$work/own/"*.pem
{ grep -v '^EMAIL=' deploy/compose/tls.env; cat deploy/images/debian.env; echo "TLS_DIR=$work/own"; } >"$work/env"
compose up -d 2>"$work/up.log" || { cat "$work/up.log" >&2; die "it does not come up"; }
await 60 "the certificate of the files" ask "$work/own/fullchain.pem" /login -o /dev/null
serves "$work/own/fullchain.pem" /login

say "whole"
