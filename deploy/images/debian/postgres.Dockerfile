# Postgres 17 from Debian, with what docker-compose.yml relies on in the official image: user 999, PGDATA, the programs in
# PATH, SIGINT to stop.
ARG BASE
FROM ${BASE}

# The user comes first, so that the package takes it as it is.
RUN groupadd --system --gid 999 postgres \
 && useradd --system --uid 999 --gid 999 --home-dir /var/lib/postgresql --shell /bin/sh postgres

ARG APT_OPTIONS
RUN apt-get $APT_OPTIONS update -q \
 && mkdir -p /etc/postgresql-common \
 && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \
 && DEBIAN_FRONTEND=noninteractive apt-get $APT_OPTIONS install -qy --no-install-recommends postgresql-17 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/*.log /var/log/apt \
 && sed -i "s/^#listen_addresses = 'localhost'/listen_addresses = '*'/" /usr/share/postgresql/17/postgresql.conf.sample

ENV PATH=/usr/lib/postgresql/17/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PGDATA=/var/lib/postgresql/data LANG=C.UTF-8

# A new volume takes over owner and mode of the directory it covers. 1777: whatever user compose runs us as.
RUN install -d -o postgres -g postgres -m 1777 /var/lib/postgresql/data \
 && install -d -o postgres -g postgres -m 3777 /var/run/postgresql
VOLUME /var/lib/postgresql/data

STOPSIGNAL SIGINT
EXPOSE 5432
CMD ["postgres"]
