# What build.sh and the tests of one box share: an image of Debian, from where this host's apt has it. Read by bash.
# shellcheck shell=bash

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

# base SUITE [PACKAGES] makes the image that others begin from, and notes its name in `base`. It is known by the digest of the
# way it is made. PACKAGES, separated by commas, are in it besides the least that there is. `fresh` has it made anew.
base() {
    local suite=$1 packages=${2:-} main security recipe root
    main=$(site debian) security=$(site debian-security)
    recipe=$({ declare -f base; echo "$suite $packages $main $security"; } | sha256sum | cut -c1-12)
    base=parley/debian:$suite-$recipe
    if [ -z "${fresh:-}" ] && docker image inspect "$base" >/dev/null 2>&1; then
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
    debootstrap --variant=minbase ${packages:+--include="$packages"} "$suite" "$root" $main >"$root.log" 2>&1 || { tail -n 20 "$root.log" >&2; exit 1; }
    [ -z "$security" ] || echo "deb $security $suite-security main" >>"$root/etc/apt/sources.list"
    rm -rf "$root.log" "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/*.log "${root:?}"/dev/* \
        "$root"/usr/share/{doc,man,locale,info}/*
    printf 'path-exclude=/usr/share/%s/*\n' doc man locale info >"$root/etc/dpkg/dpkg.cfg.d/slim"
    printf 'APT::Install-Recommends "false";\n' >"$root/etc/apt/apt.conf.d/slim"
    tar -C "$root" --numeric-owner -c . | docker import - "$base" >/dev/null
    rm -rf "$root"
    trap - EXIT
}
