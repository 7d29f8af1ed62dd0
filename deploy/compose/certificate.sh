#!/bin/sh
# Sees to it that the gateway has a certificate: one from an authority for DOMAIN, asked for with the address EMAIL and
# renewed before it ends. Without EMAIL the two files must be there already. Runs in an image that has certbot.
set -eu

tls=/etc/parley/tls
pausing=
trap 'kill $pausing 2>/dev/null; exit 0' TERM INT       # process 1 has to say so
pause() { sleep "$1" & pausing=$!; wait $pausing; }

if [ -n "${EMAIL:-}" ] && [ -n "${TLS_DIR:-}" ]; then
    echo "EMAIL and TLS_DIR are both set: leave one out. A certificate of Let's Encrypt would replace the files in TLS_DIR" >&2
    exit 1
fi
if [ -z "${EMAIL:-}" ]; then
    [ -s $tls/fullchain.pem ] && [ -s $tls/privkey.pem ] || {
        echo "set EMAIL, for a certificate of Let's Encrypt, or TLS_DIR to the folder of your fullchain.pem and privkey.pem" >&2
        exit 1
    }
    pause infinity
    exit
fi

# The authority asks the gateway, which needs a certificate to start: one that nobody trusts, until there is another. It is
# readable by whatever number nginx runs as: whoever has the volume may read it.
if [ ! -s $tls/privkey.pem ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$DOMAIN" \
        -addext "subjectAltName=DNS:$DOMAIN" -keyout $tls/privkey.new -out $tls/fullchain.pem 2>/dev/null
    chmod 444 $tls/privkey.new $tls/fullchain.pem
    mv $tls/privkey.new $tls/privkey.pem
fi

live=/etc/letsencrypt/live/parley
seconds=5       # until the first try, and after one that failed: longer each time, up to half a day
while :; do
    pause $seconds
    if certbot certonly --non-interactive --agree-tos --email "$EMAIL" --webroot --webroot-path /var/lib/parley/acme \
        --cert-name parley --domain "$DOMAIN" --keep-until-expiring --renew-with-new-domains --key-type ecdsa \
        ${ACME_SERVER:+--server "$ACME_SERVER"}; then
        if ! cmp -s $live/fullchain.pem $tls/fullchain.pem; then
            cp -L $live/privkey.pem $tls/privkey.new
            cp -L $live/fullchain.pem $tls/fullchain.new
            chmod 444 $tls/*.new
            mv $tls/privkey.new $tls/privkey.pem
            mv $tls/fullchain.new $tls/fullchain.pem
            echo "the gateway has a new certificate"
        fi
        seconds=43200
    else
        echo "no certificate yet: $DOMAIN must lead to this host, and port 80 must be open to all" >&2
        seconds=$((seconds * 2))
        [ $seconds -le 43200 ] || seconds=43200
    fi
done
