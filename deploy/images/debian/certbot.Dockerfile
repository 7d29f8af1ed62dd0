# certbot from Debian, for deploy/compose/tls.yml.
ARG BASE
FROM ${BASE}

ARG APT_OPTIONS
RUN apt-get $APT_OPTIONS update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get $APT_OPTIONS install -qy --no-install-recommends ca-certificates certbot openssl \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/*.log /var/log/apt

ENTRYPOINT ["/usr/bin/certbot"]
