#!/usr/bin/env bash
# Installs Parley on this server, a Debian 12 or 13, or brings what is installed to this release:
#
#   DOMAIN=chat.example.org EMAIL=ada@example.org OWNER=ada ./install.sh             with a certificate of Let's Encrypt
#   DOMAIN=chat.example.org CERTIFICATE=/path/fullchain.pem KEY=/path/privkey.pem ./install.sh         with your own
#   DOMAIN=chat.example.org PROXY=192.0.2.10 ./install.sh           behind a proxy of yours that ends TLS: port 8080
#
# OWNER makes the first account, and prints its password; without it, whoever comes first owns the place.
# ACME_SERVER=URL asks another authority. AGE_RECIPIENT=age1… has backups encrypted. What it was told is kept, so that later
# ./install.sh will do. It changes only what is not as it should be: run it again whenever something failed.
# How to go on: docs/operating.md. An upgrade makes a backup before; not with BACKUP=no.
#
# `parley rollback` calls it with PARLEY_BACK set: neither backup nor migrations then, for the schema stays.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
# shellcheck source=common.sh
. ./common.sh

check() {
    need_root
    [ -d /run/systemd/system ] || fail "systemd does not run here. In containers use docker-compose.yml"
    # shellcheck source=/dev/null
    case $(. /etc/os-release; echo "$ID $VERSION_ID") in
    "debian 12" | "debian 13") ;;
    *) fail "this is no Debian 12 or 13, for which alone this was made" ;;
    esac
    [ -e RELEASE ] || fail "run the install.sh of an unpacked release (make release), not the one of the source"
    bin/messages routes >/dev/null || fail "the programs of this release don't run on this machine ($(uname -m)). Build a release for it"
    check_settings
}

# check_settings: they are kept in a file, and put into nginx's.
check_settings() {
    local name
    [ -n "${DOMAIN:-}" ] || fail "say under which name people will find Parley: DOMAIN=chat.example.org EMAIL=you@example.org $0"
    [[ $DOMAIN =~ ^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$ ]] || fail "DOMAIN is '$DOMAIN': want a name such as chat.example.org"
    for name in EMAIL ACME_SERVER CERTIFICATE KEY PROXY; do
        [[ ${!name:-} =~ ^[A-Za-z0-9@:/._,+%-]*$ ]] || fail "$name has a character that is not understood: ${!name}"
    done
    if [ -n "${CERTIFICATE:-}${KEY:-}" ]; then
        { [ -r "${CERTIFICATE:-}" ] && [ -r "${KEY:-}" ]; } || fail "CERTIFICATE and KEY must both be files that can be read"
    elif [ -z "${PROXY:-}" ]; then
        [[ ${EMAIL:-} == ?*@?* ]] || fail "the authority wants an address: EMAIL=you@example.org (or name CERTIFICATE and KEY, or PROXY)"
    fi
}

packages() {
    local package missing=() mute=()
    for package in ca-certificates certbot curl iproute2 logrotate nginx openssl postgresql redis-server; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] && continue
        missing+=("$package")
        case $package in nginx | redis-server) mute+=("$package.service") ;; esac      # Parley runs its own
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${missing[*]}"
    [ ${#mute[@]} = 0 ] || systemctl mask --quiet "${mute[@]}" 2>/dev/null
    local failed=
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends "${missing[@]}"; } \
        </dev/null >/var/log/parley-install.log 2>&1 || failed=1
    if [ ${#mute[@]} -gt 0 ]; then
        systemctl unmask --quiet "${mute[@]}"
        [ -n "$failed" ] || systemctl disable --quiet "${mute[@]}" 2>/dev/null
    fi
    [ -z "$failed" ] || fail "apt-get could not install them; see /var/log/parley-install.log. Mend that, and run this again"
}

secret() {
    local file=$etc/secrets/$1
    [ ! -s "$file" ] || return 0
    put - "$file" 600 < <(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
}

postgres() {
    local cluster
    cluster=$(pg_lsclusters -h | awk '$3 == 5432 { print $1 "/" $2; exit }')
    [ -n "$cluster" ] || fail "no cluster of Postgres listens on port 5432; see pg_lsclusters. Make one: pg_createcluster VERSION main --start"
    local before=${#changed[@]}
    put etc/postgresql.conf "/etc/postgresql/$cluster/conf.d/parley.conf" 644
    systemctl enable --quiet postgresql
    if [ ${#changed[@]} -gt "$before" ]; then systemctl restart "postgresql@${cluster/\//-}"; else systemctl start "postgresql@${cluster/\//-}"; fi
    PGPASSWORD=$(cat $etc/secrets/database-owner) psql -qAtX -h 127.0.0.1 -p 5432 -U parley -d parley -c 'SELECT' >/dev/null 2>&1 && return
    as_postgres <<SQL
SELECT 'CREATE ROLE parley' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'parley') \gexec
ALTER ROLE parley LOGIN NOSUPERUSER NOCREATEDB CREATEROLE PASSWORD '$(cat $etc/secrets/database-owner)';
SQL
    create_database parley
    say "the database parley is there"
}

redis() {
    local before=${#changed[@]}
    put - /etc/redis/redis-parley.conf 640 root:redis < <(cat etc/redis.conf; echo "requirepass $(cat $etc/secrets/redis)")
    systemctl enable --quiet redis-server@parley
    if [ ${#changed[@]} -gt "$before" ]; then systemctl restart redis-server@parley; else systemctl start redis-server@parley; fi
}

# unpack copies this release to where releases are, and notes its name.
unpack() {
    release=$(cat RELEASE)
    [ "$PWD" = "$lib/releases/$release" ] && return
    if [ ! -d "$lib/releases/$release" ]; then
        mkdir -p "$lib/releases"
        rm -rf "$lib/releases/.new"
        cp -a --no-preserve=ownership . "$lib/releases/.new"
        mv "$lib/releases/.new" "$lib/releases/$release"
        say "release $release is in $lib/releases"
    elif ! diff -rq . "$lib/releases/$release" >/dev/null; then
        fail "another release of the name $release is installed. Build this one with a name of its own: make release VERSION=…"
    fi
}

units() {
    local file
    for file in $(cd units && find . -type f | sed 's,^\./,,'); do
        put "units/$file" "/etc/systemd/system/$file" 644
    done
}

# migrate brings the schema to this release. The old one goes on meanwhile, and stays if it fails.
migrate() {
    systemctl start "parley-migrate@$release" && return
    journalctl -u "parley-migrate@$release" -n 15 --no-pager -o cat >&2
    fail "the migrations failed, and changed nothing but what the log tells. What ran before still runs. See Upgrade in docs/operating.md"
}

# switch has the services run this release, one replica at a time; and those of before again if one does not come up.
switch() {
    local before older
    before=$(readlink "$lib/current" 2>/dev/null || true)
    older=$(readlink "$lib/previous" 2>/dev/null || true)
    if [ "$before" = "$lib/releases/$release" ] && [ ${#changed[@]} = 0 ] && all_ready; then return; fi
    if [ "$before" != "$lib/releases/$release" ]; then
        # First of all: who is cut off in the middle can go back to what ran.
        [ -z "$before" ] || [ "${PARLEY_BACK:-}" = failed ] || ln -sfn "$before" "$lib/previous"
        ln -sfn "$lib/releases/$release" "$lib/current"
    fi
    replace_all && return
    [ -n "$before" ] && [ "$before" != "$lib/releases/$release" ] || fail "mend that, and run this again"
    say "going back to $(basename "$before")" >&2
    if [ -n "$older" ]; then ln -sfn "$older" "$lib/previous"; else rm -f "$lib/previous"; fi
    exec env PARLEY_BACK=failed "$before/install.sh"
}

# certificate puts one where the gateway has it. Until the authority has given one, it is one that nobody trusts: the
# authority asks the gateway, which must run for it.
certificate() {
    [ -z "${PROXY:-}" ] || return 0
    if [ -n "${CERTIFICATE:-}" ]; then
        put "$CERTIFICATE" $gateway/tls/fullchain.pem 644
        put "$KEY" $gateway/tls/privkey.pem 640 root:parley-gateway
    elif [ ! -s $gateway/tls/privkey.pem ]; then
        (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$DOMAIN" \
            -addext "subjectAltName=DNS:$DOMAIN" -keyout $etc/.key -out $etc/.certificate 2>/dev/null)
        put $etc/.certificate $gateway/tls/fullchain.pem 644
        put $etc/.key $gateway/tls/privkey.pem 640 root:parley-gateway
        rm $etc/.key $etc/.certificate
    fi
}

# authority_gave_one: to renew it is the business of certbot's own timer.
authority_gave_one() {
    local file=/etc/letsencrypt/live/parley/fullchain.pem
    openssl x509 -in $file -noout -checkend 0 >/dev/null 2>&1 || return 1
    [[ $(openssl x509 -in $file -noout -checkhost "$DOMAIN") == *" does match "* ]]
}

# owner makes the first account before anybody can come.
owner() {
    [ -z "$(as_postgres -d parley <<<"SELECT 1 FROM users LIMIT 1")" ] || return 0
    [ -z "${OWNER:-}" ] || bin/parley admin create-owner "$OWNER"
}

front() {
    if ! systemctl is-active --quiet parley-gateway; then
        local port taken
        for port in $([ -n "${PROXY:-}" ] && echo 8080 || echo 80 443); do
            taken=$(ss -Hltnp "sport = :$port" | sed -n 's/.*users:(("\([^"]*\)".*/\1/p;q')
            [ -z "$taken" ] || fail "port $port is taken by $taken. Stop that, or have it pass on to Parley: PROXY=127.0.0.1 $0"
        done
        systemctl enable --quiet parley-gateway
        systemctl start parley-gateway || fail "the gateway does not start: journalctl -u parley-gateway"
        return
    fi
    case "${changed[*]:-}" in
    *parley-gateway.service* | *hardening.conf*) systemctl restart parley-gateway ;;
    *) [ "$(digest $gateway/*.conf $gateway/tls/*)" = "$gateway_before" ] || systemctl reload parley-gateway ;;
    esac
}

main() {
    # A way to TLS that is named replaces the one that is kept.
    local domain=${DOMAIN:-} email=${EMAIL:-} server=${ACME_SERVER:-} certificate=${CERTIFICATE:-} key=${KEY:-} proxy=${PROXY:-}
    settings
    if [ -n "$email$certificate$proxy" ]; then EMAIL=$email ACME_SERVER=$server CERTIFICATE=$certificate KEY=$key PROXY=$proxy; fi
    DOMAIN=${domain:-${DOMAIN:-}}
    check
    say "Parley $(cat RELEASE) for $DOMAIN"
    gateway_before=$(digest $gateway/*.conf $gateway/tls/*)

    packages
    keep_settings
    put etc/sysusers.conf /etc/sysusers.d/parley.conf 644
    put etc/tmpfiles.conf /etc/tmpfiles.d/parley.conf 644
    put etc/logrotate.conf /etc/logrotate.d/parley 644
    systemd-sysusers parley.conf
    systemd-tmpfiles --create parley.conf
    install -d -m 700 $etc/secrets
    secret database-owner; secret database-app; secret redis
    [ -z "${AGE_RECIPIENT:-}" ] || put - $etc/backup.recipients 644 <<<"$AGE_RECIPIENT"
    postgres
    redis
    unpack

    put - $etc/site.env 644 <<<"PUBLIC_URL=https://$DOMAIN"
    [ -e $etc/parley.env ] || put etc/parley.env $etc/parley.env 600
    chmod o= $etc/parley.env            # keys and passwords may be in it; systemd reads it as root
    units
    systemctl daemon-reload
    systemctl enable --quiet parley.target
    if [ -z "${PARLEY_BACK:-}" ]; then
        if [ "${BACKUP:-yes}" = yes ] && [ -e "$lib/current" ] && [ "$(readlink $lib/current)" != "$lib/releases/$release" ]; then
            systemctl start parley-backup || fail "no backup could be made: journalctl -u parley-backup. Nothing was upgraded"
        fi
        migrate
    fi
    switch
    ln -sfn $lib/current/bin/parley /usr/local/bin/parley
    owner
    certificate
    gateway_files
    front
    systemctl start parley.target
    systemctl enable --quiet --now parley-backup.timer
    if [ -z "${CERTIFICATE:-}${PROXY:-}" ] && ! authority_gave_one; then ./bin/parley certificate; fi
    [ "${PARLEY_BACK:-}" != failed ] || fail "the new release did not come up, and the one of before serves again"
    say "Parley $release serves https://$DOMAIN"
    [ -n "$(as_postgres -d parley <<<"SELECT 1 FROM users LIMIT 1")" ] ||
        say "Nobody owns it yet: whoever registers first will. Do it now, or: parley admin create-owner NAME"
}

main
