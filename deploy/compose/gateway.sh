#!/bin/sh
# Runs nginx with TLS, and has it read its certificate anew when that is another: again, until the two files fit.
set -eu

files() { cksum /etc/parley/tls/fullchain.pem /etc/parley/tls/privkey.pem; }

watch() {
    before=$1
    while sleep 5; do
        now=$(files) || continue
        [ "$now" != "$before" ] || continue
        nginx -p /run/gateway/ -c /etc/parley/nginx.conf -e stderr -s reload || continue
        before=$now
    done
}

watch "$(files)" &
exec nginx -p /run/gateway/ -c /etc/parley/nginx.conf -e stderr -g 'daemon off;'
