#!/usr/bin/env bash
# Builds what a cluster consists of into .local/cluster/bin, where it is missing or its modules have changed: Kubernetes, the
# plugins of its pods' network, CoreDNS, metrics-server and the pods' first process. The rest is Debian's.
set -euo pipefail
cd "$(dirname "$0")"
bin=$1

stamp=$bin/.built
now=$(cat build.sh go.mod go.sum addons/go.mod addons/go.sum addons/coredns/*.go pause/pause.c | sha256sum)
[ "$now" != "$(cat "$stamp" 2>/dev/null)" ] || exit 0

export GOWORK=off CGO_ENABLED=0
version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
IFS=. read -r major minor _ <<<"${version#v}"
flags='-s -w'
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags+=" -X $package.gitVersion=$version -X $package.gitMajor=$major -X $package.gitMinor=$minor"
done

echo "cluster: building Kubernetes $version, which takes 20 minutes of a processor the first time"
mkdir -p "$bin"
go build -trimpath -ldflags "$flags" -o "$bin/" tool
go -C addons build -trimpath -ldflags '-s -w' -o "$bin/" ./coredns tool
gcc -static -Os -o "$bin/pause" pause/pause.c
echo "$now" >"$stamp"
