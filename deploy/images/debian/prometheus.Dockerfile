# Prometheus from Debian, run by number as in the official image (nobody).
ARG BASE
FROM ${BASE}

ARG APT_OPTIONS
RUN apt-get $APT_OPTIONS update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get $APT_OPTIONS install -qy --no-install-recommends prometheus \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/*.log /var/log/apt \
 && install -d -o 65534 -g 65534 /prometheus

USER 65534:65534
WORKDIR /prometheus
EXPOSE 9090
ENTRYPOINT ["/usr/bin/prometheus"]
