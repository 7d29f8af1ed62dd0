#!/bin/sh
# Redis with the password in /run/secrets/redis, which is not among the arguments, for every account of the host to read.
# A doorbell and some counters: nothing is kept, and the oldest goes first when memory ends.
set -eu
exec redis-server - <<END
requirepass $(cat /run/secrets/redis/password)
save ""
appendonly no
maxmemory 128mb
maxmemory-policy allkeys-lru
tcp-keepalive 30
END
