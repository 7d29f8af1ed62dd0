#!/bin/sh
# Runs nginx in a pod. It needs to be told what a C library finds in resolv.conf: the name servers, and the domain of this
# namespace, which is the first to be searched.
set -eu

resolvers='' domain=''
while read -r key value _ || [ -n "$key" ]; do
    case $key in
    nameserver)
        case $value in *:*) value="[$value]" ;; esac
        resolvers="$resolvers $value"
        ;;
    search) domain=$value ;;
    esac
done </etc/resolv.conf
[ -n "$resolvers" ] && [ -n "$domain" ] || { echo "gateway: /etc/resolv.conf names no server or no domain" >&2; exit 1; }

cd /run/gateway
ln -sf /etc/parley/nginx.conf /etc/parley/limits.conf /etc/parley/listen.conf .
sed "s/@resolvers@/${resolvers# }/; s/@domain@/$domain/" /etc/parley/upstreams.conf >upstreams.conf
exec nginx -p /run/gateway/ -c nginx.conf -e stderr -g 'daemon off;'
