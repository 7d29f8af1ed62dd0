# What install.sh and the command parley share. Read by bash.
# shellcheck shell=bash
# shellcheck disable=SC2034         # some are used by one of the two only

lib=/usr/local/lib/parley           # releases/NAME; current and previous lead to two of them
etc=/etc/parley
gateway=$etc/gateway
conf=$etc/install.conf              # what install.sh was told, and how many replicas there are

say() { printf '%s\n' "$*"; }
fail() { printf 'parley: %s\n' "$*" >&2; exit 1; }

set -E
trap 'echo "parley: failed in $(basename "${BASH_SOURCE[0]}"), line $LINENO: $BASH_COMMAND" >&2' ERR

need_root() { [ "$(id -u)" = 0 ] || fail "run this as root, or with sudo"; }

# settings reads what is kept, without running it.
settings() {
    MESSAGES=2 STREAMS=2
    [ -e "$conf" ] || return 0
    local name value
    while IFS='=' read -r name value; do
        case $name in
        DOMAIN | EMAIL | ACME_SERVER | CERTIFICATE | KEY | PROXY | MESSAGES | STREAMS) printf -v "$name" %s "$value" ;;
        esac
    done <"$conf"
}

# put SOURCE TARGET MODE [OWNER:GROUP] writes a file if it is another than what is there, says so, and notes it in `changed`.
# SOURCE may be -, standard input.
changed=()
put() {
    local new=$2.new
    mkdir -p "${2%/*}"
    if [ "$1" = - ]; then (umask 077 && cat >"$new"); else install -m 600 "$1" "$new"; fi
    chmod "$3" "$new"
    chown "${4:-root:root}" "$new"
    if [ -e "$2" ] && cmp -s "$new" "$2" && [ "$(stat -c '%a %U:%G' "$new")" = "$(stat -c '%a %U:%G' "$2")" ]; then
        rm "$new"
        return
    fi
    mv "$new" "$2"
    changed+=("$2")
    say "wrote $2"
}

keep_settings() {
    put - "$conf" 644 < <(
        for name in DOMAIN EMAIL ACME_SERVER CERTIFICATE KEY PROXY MESSAGES STREAMS; do
            [ -z "${!name:-}" ] || printf '%s=%s\n' "$name" "${!name}"
        done
    )
}

# as_postgres runs SQL from standard input as the superuser, who comes in by the socket only.
as_postgres() { (cd / && runuser -u postgres -- psql -qAtX -v ON_ERROR_STOP=1 -p 5432 "$@"); }

# create_database NAME makes an empty database of the role parley, unless it is there. The locale does not change with the
# C library from Postgres 17 on, and so neither do the indexes.
create_database() {
    as_postgres -v name="$1" <<'SQL'
SELECT format('CREATE DATABASE %I OWNER parley TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8'' %s', :'name',
    CASE WHEN current_setting('server_version_num')::int >= 170000 THEN 'LOCALE_PROVIDER builtin' ELSE '' END)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
SQL
}

# messages runs a command of the service as the owner of the database named $database, with the services' settings.
database=parley
messages() (
    local name value
    while IFS='=' read -r name value; do
        [[ $name =~ ^[A-Z_]+$ ]] || continue
        value=${value#[\"\']}
        export "$name=${value%[\"\']}"
    done < <(cat "$etc/site.env" "$etc/parley.env")
    export DATABASE_URL="postgres://parley@127.0.0.1:5432/$database?sslmode=disable" REDIS_URL=redis://127.0.0.1:6390/0
    export DATABASE_PASSWORD_FILE=$etc/secrets/database-owner DATABASE_APP_PASSWORD_FILE=$etc/secrets/database-app
    export REDIS_PASSWORD_FILE=$etc/secrets/redis
    exec "$lib/current/bin/messages" "$@"
)

# replicas lists what should run: "messages 1", "stream 1", …: one of each in turn.
replicas() {
    local i
    for ((i = 1; i <= MESSAGES || i <= STREAMS; i++)); do
        [ "$i" -gt "$STREAMS" ] || echo "stream $i"
        [ "$i" -gt "$MESSAGES" ] || echo "messages $i"
    done
}

internal() { case $1 in messages) echo "127.0.0.1:908$2" ;; stream) echo "127.0.0.1:909$2" ;; esac; }
is_ready() { curl -fs -o /dev/null --max-time 3 "http://$(internal "$1" "$2")/readyz"; }

all_ready() {
    local service number
    while read -r service number; do
        is_ready "$service" "$number" || return 1
    done < <(replicas)
}

# await_ready SERVICE NUMBER waits a minute.
await_ready() {
    local end=$((SECONDS + 60))
    until is_ready "$1" "$2"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.2
    done
}

# replace SERVICE NUMBER restarts a replica with the current release, and waits until it is ready. The others serve meanwhile.
replace() {
    systemctl restart "parley-$1@$2" && await_ready "$1" "$2" && return
    say "parley-$1@$2 does not become ready. Its last words:" >&2
    journalctl -u "parley-$1@$2" -n 15 --no-pager -o cat >&2
    return 1
}

replace_all() {
    local service number
    while read -r service number; do
        systemctl enable --quiet "parley-$service@$number"
        replace "$service" "$number" </dev/null || return 1
        say "parley-$service@$number runs $(basename "$(readlink -f $lib/current)")"
    done < <(replicas)
}

# gateway_files writes what is particular to this gateway, from the release's files.
gateway_files() {
    local from=$lib/current/gateway
    put - "$gateway/upstreams.conf" 644 < <(upstreams "$from")
    put - "$gateway/listen.conf" 644 < <(listeners "$from")
    [ -e "$gateway/limits.conf" ] || put "$from/limits.conf" "$gateway/limits.conf" 644     # the administrator's from then on
    [ "$(readlink "$gateway/nginx.conf")" = "$from/nginx.conf" ] || ln -sfn "$from/nginx.conf" "$gateway/nginx.conf"
}

upstreams() {
    echo "upstream messages {"
    echo "    zone messages 64k;"
    servers messages
    echo "    keepalive 64;"
    echo "}"
    echo "upstream stream {"
    echo "    zone stream 64k;"
    echo "    least_conn;"
    servers stream
    echo "}"
    [ -n "${PROXY:-}" ] || at_port 8080 80 <"$1/redirect.conf"
}

servers() { replicas | sed -n "s,^$1 \(.*\),    server unix:/run/parley/$1-\1/http.sock max_fails=0;,p"; }

listeners() {
    [ -n "${PROXY:-}" ] || { at_port 8443 443 <"$1/tls.conf"; return; }
    echo "listen 8080 backlog=4096;"
    behind "$PROXY" <"$1/proxied.conf"
}

# at_port FROM TO has a file of deploy/nginx listen on another port, and on that of IPv6 too where this machine has it.
at_port() {
    local six=
    [ ! -e /proc/net/if_inet6 ] || six="; s/^( *listen )($2)\b(.*)/&\n\1[::]:\2\3/"
    sed -E "s/^( *listen )$1\b(.*)/\1$2\2/$six"
}

# behind ADDRESSES names the proxies that proxied.conf believes, separated by commas.
behind() { sed -E "s|^set_real_ip_from .*|set_real_ip_from  ${1//,/;\\nset_real_ip_from  };|"; }

# digest tells whether any of the files is another than before.
digest() { { cat "$@" 2>/dev/null || true; } | sha256sum; }
