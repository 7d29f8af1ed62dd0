#!/bin/sh
# Runs nginx with TLS, and has it read its certificate anew when that is another.
set -eu

watch() {
    before=$1
    while sleep 5; do
        now=$(cksum </etc/parley/tls/fullchain.pem) || continue
        [ "$now" != "$before" ] || continue
        before=$now
        nginx -p /run/gateway/ -c /etc/parley/nginx.conf -e stderr -s reload
    done
}

watch "$(cksum </etc/parley/tls/fullchain.pem)" &
exec nginx -p /run/gateway/ -c /etc/parley/nginx.conf -e stderr -g 'daemon off;'
