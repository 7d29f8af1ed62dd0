#!/usr/bin/env bash
# Tries install.sh and the command parley as docs/operating.md has them, on a fresh Debian with systemd, in a container that
# Docker boots: make e2e-systemd. It needs root, Docker, Go, and where apt gets its packages from; some ten minutes.
#
#   SUITE=bookworm    the Debian: bookworm (12) or trixie (13)
#   PREVIOUS=HEAD~1   the commit that is upgraded from; else one with an older schema
#   KEEP=1            leaves the containers, to look around: docker exec -it parley-box-1 bash
#
# What watches the crowd is a table of its own, which a backup would refuse: hence BACKUP=no there.
# The authority that gives certificates is Pebble, Let's Encrypt's own for tests, which runs in the container.
set -euo pipefail
cd "$(dirname "$0")/../../.."

suite=${SUITE:-bookworm}
pebble=v2.10.3
domain=chat.example.org
work=$PWD/.local/box
boxes=parley-box-$$

# shellcheck source=../../images/debian.sh
. deploy/images/debian.sh
say() { printf '\nbox: %s\n' "$*"; }
die() { printf '\nbox: FAILED: %s\n' "$*" >&2; exit 1; }

clean() {
    local box
    [ -z "${KEEP:-}" ] || return 0
    for box in $(docker ps -aq --filter "name=^$boxes-"); do docker rm -fv "$box" >/dev/null; done
}
trap clean EXIT

in_box() { docker exec -i -w /root "$boxes-$1" bash -euo pipefail -c "$2"; }

# await SECONDS WHAT COMMAND… waits until the command succeeds.
await() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || die "$what: not within its time"
        sleep 0.5
    done
}

# expect WHAT PATTERN checks standard input.
expect() {
    local text
    text=$(cat)
    grep -qE -- "$2" <<<"$text" || die "$1: want $2 in
$text"
}

booted() { [[ $(docker exec "$1" systemctl is-system-running 2>/dev/null) =~ ^(running|degraded)$ ]]; }

# boot N starts a server: Debian, systemd, and nothing else. The packages that apt gets are kept for the next.
boot() {
    local legacy=()
    # systemd 256 and newer want to be asked for the control groups of old.
    [ -e /sys/fs/cgroup/cgroup.controllers ] || legacy=(SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1 systemd.unified_cgroup_hierarchy=0)
    # As --privileged, but for what a machine that is itself contained has not to give.
    docker run -d --name "$boxes-$1" --hostname box --add-host "$domain:127.0.0.1" --cgroupns private --cap-add ALL --cap-drop SYS_RESOURCE \
        --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined \
        -e container=docker --stop-signal SIGRTMIN+3 --stop-timeout 60 --tmpfs /run --tmpfs /run/lock --tmpfs /tmp --shm-size 256m \
        -v "$work/archives-$suite:/var/cache/apt/archives" "$base" \
        /bin/sh -c 'for m in /sys/fs/cgroup /sys/fs/cgroup/*; do mount -o remount,bind,rw "$m" 2>/dev/null; done; mount --make-rshared /; exec /sbin/init "$@"' init "${legacy[@]}" >/dev/null
    await 120 "box $1 boots" booted "$boxes-$1"
    local option
    for option in $(apt_options); do
        [ "$option" = -o ] || in_box "$1" "echo '${option%%=*} \"${option#*=}\";' >>/etc/apt/apt.conf.d/90here"
    done
    [ -z "${http_proxy:-}" ] || in_box "$1" "echo 'Acquire::http::Proxy \"$http_proxy\";' >>/etc/apt/apt.conf.d/90here"
}

# authority N starts one that the box believes, and makes it begin anew at each boot.
authority() {
    in_box "$1" "mkdir -p authority"
    docker cp -q "$work/pebble" "$boxes-$1:/root/authority/pebble"
    docker cp -q deploy/systemd/box/pebble.json "$boxes-$1:/root/authority/"
    docker cp -q "$work/cert.pem" "$boxes-$1:/root/authority/cert.pem"
    docker cp -q "$work/key.pem" "$boxes-$1:/root/authority/key.pem"
    in_box "$1" "
        mkdir -p /usr/local/share/ca-certificates
        cp authority/cert.pem /usr/local/share/ca-certificates/authority.crt
        cat >/etc/systemd/system/authority.service <<'UNIT'
[Service]
Environment=PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0
ExecStart=/root/authority/pebble -config /root/authority/pebble.json
[Install]
WantedBy=multi-user.target
UNIT
        systemctl enable --quiet --now authority"
}

# trust N has curl and the crowd believe what the authority signs.
trust() {
    in_box "$1" "
        curl -fsS --cacert authority/cert.pem -o /usr/local/share/ca-certificates/root.crt https://127.0.0.1:15000/roots/0
        update-ca-certificates >/dev/null 2>&1"
}

# release NAME COMMIT packs the programs of a commit, with this tree's units and scripts; of this tree without one.
release() {
    local tree=$PWD bin=$work/programs-$1
    mkdir -p "$bin"
    if [ -n "${2:-}" ]; then
        tree=$work/tree
        rm -rf "$tree"
        mkdir -p "$tree"
        git archive "$2" | tar -x -C "$tree"
        cp migrations/role.go "$tree/migrations/"      # releases before December 2026 could make the role but once
        GOWORK=off go -C "$tree/tools" run ./bundle "$tree/services/messages/web"
    fi
    CGO_ENABLED=0 go -C "$tree" build -trimpath -buildvcs=false -ldflags="-s -w -X parley/core/serve.version=$1" \
        -o "$bin/" ./services/messages/cmd/messages ./services/stream/cmd/stream
    deploy/systemd/release.sh "$1" "$bin" "$work"
}

prepare() {
    say "a Debian $suite, two releases, and an authority"
    mkdir -p "$work/archives-$suite/partial"
    use_apt_proxy
    base "$suite" systemd-sysv,dbus
    local previous=${PREVIOUS:-640c679}     # the newest with another schema that has all commands the scripts need
    git rev-parse --verify --quiet "$previous^{commit}" >/dev/null || die "the history has no $previous: fetch it, or name a PREVIOUS"
    release before "$previous"
    release now
    sha256sum <"$work/parley-now.tar.gz" >"$work/sum"
    touch deploy/systemd/install.sh
    deploy/systemd/release.sh now "$work/programs-now" "$work" >/dev/null
    sha256sum <"$work/parley-now.tar.gz" | cmp - "$work/sum" || die "the same release is packed to other bytes"
    GOWORK=off GOBIN=$work CGO_ENABLED=0 go install "github.com/letsencrypt/pebble/v2/cmd/pebble@$pebble"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority -addext subjectAltName=IP:127.0.0.1 \
        -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
    go -C deploy test -race -c -o "$work/box.test" ./e2e/box
}

# install_it N RELEASE does what the documentation says, and so does nothing about the authority but name it.
install_it() {
    docker cp -q "$work/parley-$2.tar.gz" "$boxes-$1:/root/"
    in_box "$1" "apt-get update -qq >/dev/null && apt-get install -qqy ca-certificates >/dev/null 2>&1 && update-ca-certificates >/dev/null 2>&1"
    in_box "$1" "tar xzf parley-$2.tar.gz && cd parley-$2 && DOMAIN=$domain EMAIL=ada@example.org OWNER=ada ACME_SERVER=https://127.0.0.1:14000/dir ./install.sh"
}

# as_ada N signs the owner in, once by the password that install.sh printed, and leaves the cookies in `jar`.
as_ada() { in_box "$1" "curl -fsS -c jar -H 'Content-Type: application/json' -d '{\"username\":\"ada\",\"password\":\"$2\"}' https://$domain/login"; }
post() { in_box "$1" "curl -fsS -b jar -H 'Content-Type: application/json' -d '{\"body\":\"$2\"}' https://$domain/chat/general/messages"; }
read_general() { in_box "$1" "curl -fsS -b jar 'https://$domain/chat/general/messages'"; }

prepare

say "install"
boot 1
authority 1
install_it 1 before | tee "$work/install.log"
password=$(sed -n 's/.*password[^:]*: \(.*\)/\1/p' "$work/install.log" | head -1)
[ -n "$password" ] || die "install.sh told no password of ada's"
trust 1
in_box 1 "parley status"

say "again: nothing changes"
pids='systemctl show -P MainPID parley-messages@1 parley-messages@2 parley-stream@1 parley-stream@2 parley-gateway redis-server@parley postgresql@*-main | sort'
in_box 1 "$pids" >"$work/pids"
in_box 1 "cd parley-before && ./install.sh" | tee "$work/again.log"
! grep -E '^(wrote|installing)|runs before' "$work/again.log" || die "the second run changed something"
in_box 1 "$pids" | cmp - "$work/pids" || die "the second run restarted something"

say "sign in, listen and post over TLS"
as_ada 1 "$password" | expect "sign in" '"ada"'
in_box 1 "nohup curl -sSN -m 20 -b jar https://$domain/chat/general/stream >heard 2>&1 &"
await 10 "the stream is live" in_box 1 "grep -q 'event: ready' heard"
post 1 "the first message" | expect "post" '"id":'
await 10 "the message is heard" in_box 1 "grep -q 'the first message' heard"
in_box 1 "curl -sS -o /dev/null -w '%{http_code} %{redirect_url} %{http_version}' http://$domain/chat" | expect "plain HTTP" "^308 https://$domain/chat"
in_box 1 "curl -sS -o /dev/null -w '%{http_version}' https://$domain/login" | expect "HTTP/2" '^2$'
in_box 1 "! runuser -u parley -- cat /etc/parley/secrets/redis 2>/dev/null && ! runuser -u nobody -- ls /etc/parley/secrets 2>/dev/null" || die "secrets can be read"
in_box 1 "ss -Hltn | awk '{ print \$4 }' | grep -vE '^(127\.|\[::1\])' | sort -u" | expect "what listens to all" '^(0.0.0.0|\[::\]):(80|443)$'
in_box 1 "! ss -Hltn | awk '{ print \$4 }' | grep -vE '^(127\.|\[::1\])|:(80|443)$'" || die "something else listens to all"

say "the certificate is renewed by certbot's own timer"
in_box 1 "systemctl is-enabled certbot.timer" | expect "certbot.timer" enabled
serial="openssl s_client -connect $domain:443 -servername $domain </dev/null 2>/dev/null | openssl x509 -noout -serial"
in_box 1 "$serial" >"$work/serial"
in_box 1 "systemctl start certbot"      # the timer's, without the random wait before it
renewed() { ! in_box 1 "$serial" | cmp -s - "$work/serial"; }
await 60 "the gateway has the new certificate" renewed

say "a reboot"
docker restart "$boxes-1" >/dev/null
await 120 "it boots" booted "$boxes-1"
await 60 "all is ready" in_box 1 "parley status"
read_general 1 | expect "the message of before" 'the first message'
post 1 "after the reboot" | expect "post" '"id":'

say "the timer makes a backup, encrypted"
in_box 1 "apt-get install -qqy age >/dev/null 2>&1 && age-keygen -o parley.key 2>/dev/null && age-keygen -y parley.key >/etc/parley/backup.recipients"
in_box 1 "systemctl is-active parley-backup.timer && mkdir -p /run/systemd/system/parley-backup.timer.d &&
    printf '[Timer]\nOnCalendar=\nOnCalendar=*:*:0/5\nRandomizedDelaySec=0\nAccuracySec=1s\n' >/run/systemd/system/parley-backup.timer.d/soon.conf && systemctl daemon-reload && systemctl restart parley-backup.timer"
await 60 "a backup" in_box 1 "ls /var/lib/parley-backup/*.backup"
in_box 1 "rm -r /run/systemd/system/parley-backup.timer.d && systemctl daemon-reload && systemctl restart parley-backup.timer && head -c 20 \$(parley backup) | grep -q age-encryption"
in_box 1 "parley status" | expect status 'backup +/var/lib/parley-backup/parley-'
docker cp -q "$boxes-1:/root/parley.key" "$work/parley.key"
docker cp -q "$boxes-1:$(in_box 1 'parley backup')" "$work/parley.backup"

say "which a second server restores"
boot 2
authority 2
install_it 2 before >"$work/install-2.log" || { cat "$work/install-2.log"; die "install on the second"; }
trust 2
docker cp -q "$work/parley.backup" "$boxes-2:/root/" && docker cp -q "$work/parley.key" "$boxes-2:/root/"
in_box 2 "parley restore parley.backup parley.key"
await 60 "all is ready" in_box 2 "parley status"
as_ada 2 "$password" | expect "sign in" '"ada"'
read_general 2 | expect "what the first server had" 'after the reboot'
post 2 "on the second server" | expect "post" '"id":'

say "uninstall, as documented"
sed -n '/^### Uninstall/,/^##/{/^```sh/,/^```/{/^```/d;p}}' docs/operating.md | docker exec -i "$boxes-2" bash -euo pipefail
in_box 2 "! ss -Hltn | grep -E ':(80|443|6390) ' && ! ls -d /usr/local/lib/parley /etc/parley /etc/systemd/system/parley* 2>/dev/null" || die "something is left"
docker rm -fv "$boxes-2" >/dev/null

say "upgrade, scale, go back, under load"
docker cp -q "$work/parley-now.tar.gz" "$boxes-1:/root/"
docker cp -q "$work/box.test" "$boxes-1:/root/"
in_box 1 "printf 'LIMITS=off\nSIGNUP=open\n' >>/etc/parley/parley.env && echo 'geo \$limited { default 1; 127.0.0.0/8 0; }' >/etc/parley/gateway/limits.conf && systemctl reload parley-gateway && parley restart"
in_box 1 "BACKUP=no BOX_URL=https://$domain BOX_RELEASE=/root/parley-now.tar.gz ./box.test -test.v -test.timeout 15m"
in_box 1 "parley upgrade parley-now.tar.gz && parley status" | expect "the new release" 'release +now, before it before'
read_general 1 | expect "the first of all" 'after the reboot'

say "a release that does not start is taken back"
mkdir -p "$work/programs-broken" && cp "$work/programs-now/messages" "$work/programs-broken/" && cp /bin/false "$work/programs-broken/stream"
deploy/systemd/release.sh broken "$work/programs-broken" "$work" && docker cp -q "$work/parley-broken.tar.gz" "$boxes-1:/root/"
! in_box 1 "parley upgrade parley-broken.tar.gz" || die "a broken release was called well"
in_box 1 "parley status" | expect "the release of before" 'release +now'
post 1 "still here" | expect "post" '"id":'

say "whole on Debian $suite"
