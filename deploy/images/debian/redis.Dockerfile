# Redis 8 from Debian, run by number as in the official image (user 999).
ARG BASE
FROM ${BASE}

RUN groupadd --system --gid 999 redis && useradd --system --uid 999 --gid 999 --home-dir /data redis

ARG APT_OPTIONS
RUN apt-get $APT_OPTIONS update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get $APT_OPTIONS install -qy --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/*.log /var/log/apt \
 && install -d -o redis -g redis /data

WORKDIR /data
EXPOSE 6379
CMD ["redis-server", "--protected-mode", "no"]
