# nginx from the Debian release after the base's: `server … resolve`, by which the gateway follows replicas as they come
# and go, came with 1.27.3, and trixie has 1.26. Only nginx and what it needs is taken from there.
ARG BASE
FROM ${BASE}

ARG APT_OPTIONS
ARG NEXT
RUN sed -n "s/^\(deb [^ ]*debian\) [a-z]* main/\1 $NEXT main/p" /etc/apt/sources.list > /etc/apt/sources.list.d/next.list \
 && apt-get $APT_OPTIONS update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get $APT_OPTIONS install -qy --no-install-recommends -t "$NEXT" nginx curl \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/*.log /var/log/apt /etc/nginx/sites-enabled

STOPSIGNAL SIGQUIT
EXPOSE 8080
CMD ["nginx", "-g", "daemon off;"]
