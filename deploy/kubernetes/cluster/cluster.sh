#!/usr/bin/env bash
# A Kubernetes cluster of two nodes on this machine, for tests: see deploy/kubernetes/README.md.
#
#   deploy/kubernetes/cluster/cluster.sh up      builds it, starts it, gives it the images; does what of this is missing
#   deploy/kubernetes/cluster/cluster.sh stop    ends all of it, and keeps what was built
#
# Each node is a set of namespaces (processes, mounts, network), joined by cables to the other and to this machine:
#
#   127.0.0.1:30080-30099 ─▶ this machine 10.213.0.1 ═══ node-1 10.213.0.11 (and the control plane): pods 10.214.1.0/24
#                                       ║                 ║
#                                       ╚═════════ node-2 10.213.0.12: pods 10.214.2.0/24
set -euo pipefail
cd "$(dirname "$0")/../../.."
here=$PWD/deploy/kubernetes/cluster
state=$PWD/.local/cluster
bin=$state/bin
nodes=(node-1 node-2)
export KUBECONFIG=$state/kubeconfig

say() { printf 'cluster: %s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }
address() { echo "10.213.0.1${1#node-}"; }
pods() { echo "10.214.${1#node-}.0/24"; }
first() { cat "$state/$1/first"; }                  # the process id of a node's first process
runs() { [ -s "$state/$1/first" ] && tr '\0' ' ' 2>/dev/null <"/proc/$(first "$1")/cmdline" | grep -q "cluster/node.sh $1 "; }
inside() { local node=$1; shift; nsenter --target "$(first "$node")" --mount --net --pid -- "$@"; }
kubectl() { "$bin/kubectl" "$@"; }

# eventually TEXT COMMAND…: tries for five minutes.
eventually() {
    local text=$1 until=$((SECONDS + 300))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $until ] || { "$@" || true; fail "$text: it does not come; see $state/log"; }
        sleep 0.2
    done
}

# sign NAME SUBJECT [EXTENSION…] makes a key and a certificate of the cluster's authority.
sign() {
    local name=$1 subject=$2 extensions=()
    shift 2
    for e; do extensions+=(-addext "$e"); done
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 365 -subj "$subject" \
        -config <(printf '[req]\ndistinguished_name = name\n[name]\n') "${extensions[@]}" \
        ${authority:+-CA "$state/pki/ca.crt" -CAkey "$state/pki/ca.key"} \
        -keyout "$state/pki/$name.key" -out "$state/pki/$name.crt" 2>/dev/null
}

certificates() {
    local authority=
    mkdir -p "$state/pki"
    chmod 700 "$state/pki"
    sign ca /CN=parley-cluster basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign
    authority=1
    sign apiserver /CN=kube-apiserver extendedKeyUsage=serverAuth \
        "subjectAltName=DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:$(address node-1),IP:10.215.0.1"
    sign kubelet-client /O=system:masters/CN=kube-apiserver extendedKeyUsage=clientAuth
    sign aggregator /CN=aggregator extendedKeyUsage=clientAuth
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$state/pki/accounts.key" 2>/dev/null
    openssl pkey -in "$state/pki/accounts.key" -pubout -out "$state/pki/accounts.pub"

    : >"$state/pki/tokens.csv"
    account kubeconfig admin system:masters
    account kube-controller-manager.kubeconfig system:kube-controller-manager
    account kube-scheduler.kubeconfig system:kube-scheduler
    account kube-proxy.kubeconfig system:kube-proxy
    for node in "${nodes[@]}"; do account "$node.kubeconfig" "system:node:$node" system:nodes; done
}

# account FILE USER [GROUP] lets a user in by a token, and writes down how.
account() {
    local token
    token=$(openssl rand -hex 16)
    echo "$token,$2,$2${3:+,$3}" >>"$state/pki/tokens.csv"
    (umask 077; cat >"$state/$1") <<END
apiVersion: v1
kind: Config
current-context: parley
contexts: [{name: parley, context: {cluster: parley, user: parley}}]
clusters: [{name: parley, cluster: {server: "https://$(address node-1):6443", certificate-authority: "$state/pki/ca.crt"}}]
users: [{name: parley, user: {token: $token}}]
END
}

# start NODE starts its first process; the rest is node.sh's.
start() {
    local node=$1 file
    mkdir -p "$state/$node"/{var/lib,var/log,var/tmp,cni} "$state/log"
    : >"$state/$node/resolv.conf"
    [ "$node" != node-1 ] || : >"$state/$node/control"
    for file in containerd.toml kubelet.yaml kube-proxy.yaml cni.conflist; do
        sed "s,@state@,$state,; s,@node@,$node,; s,@address@,$(address "$node"),; s,@pods@,$(pods "$node")," "$here/conf/$file" >"$state/$node/$file"
    done
    mv "$state/$node/cni.conflist" "$state/$node/cni/"
    setsid unshare --net --mount --pid --fork --kill-child --mount-proc --propagation private \
        "$here/node.sh" "$node" "$(address "$node")" "$state" >"$state/log/$node.log" 2>&1 </dev/null &
    local outer=$!
    eventually "$node" born "$node" $outer
}

# born NODE PROCESS notes the node's first process, a child of that which makes its namespaces.
born() {
    tr -d ' ' <"/proc/$2/task/$2/children" >"$state/$1/first"
    runs "$1"
}

# cable ENDS… lays one between two network namespaces: PROCESS INTERFACE ADDRESS PODS, twice. PODS are reached at that end.
cable() {
    nsenter -t "$1" -n ip link add "$2" type veth peer name "$6" netns "$5"
    nsenter -t "$1" -n ip link set "$2" up
    nsenter -t "$5" -n ip link set "$6" up
    nsenter -t "$1" -n ip address add "$3" peer "$7" dev "$2"
    nsenter -t "$5" -n ip address add "$7" peer "$3" dev "$6"
    [ "$4" = - ] || nsenter -t "$5" -n ip route add "$4" via "$3"
    [ "$8" = - ] || nsenter -t "$1" -n ip route add "$8" via "$7"
}

cables() {
    local one two
    one=$(first node-1) two=$(first node-2)
    cable "$one" peer "$(address node-1)" "$(pods node-1)" "$two" peer "$(address node-2)" "$(pods node-2)"
    for node in "${nodes[@]}"; do
        cable $$ "parley-$node" 10.213.0.1 - "$(first "$node")" root "$(address "$node")" "$(pods "$node")"
    done
    echo 1 >/proc/sys/net/ipv4/conf/parley-node-1/route_localnet        # so that 127.0.0.1 may be led there
    nft -f - <<END
table ip parley_cluster {
    chain out {
        type nat hook output priority -100;
        ip daddr 127.0.0.1 tcp dport 30080-30099 dnat to $(address node-1)
    }
    chain post {
        type nat hook postrouting priority 100;
        ip saddr 127.0.0.0/8 oifname "parley-node-1" snat to 10.213.0.1
    }
}
END
}

# What a kubelet sets for the whole machine.
tunables=(vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes)

# programs makes images of what was built, which nothing but itself needs.
programs() {
    local name tag digest
    for name in pause:1 coredns:cluster metrics-server:cluster; do
        tag=parley/$name name=${name%:*}
        digest=$(sha256sum <"$bin/$name" | cut -d' ' -f1)
        [ "$(docker image inspect -f '{{.Config.Labels.digest}}' "$tag" 2>/dev/null)" != "$digest" ] || continue
        tar -C "$bin" -c "$name" | docker import --change "ENTRYPOINT [\"/$name\"]" --change "LABEL digest=$digest" - "$tag" >/dev/null
    done
}

# images gives the nodes the images that they have not: those of Parley, and others that are named.
images() {
    local image id node
    for image in parley/pause:1 parley/coredns:cluster parley/metrics-server:cluster parley/messages:latest parley/stream:latest \
        parley/nginx:debian parley/redis:8-debian parley/postgres:17-debian "$@"; do
        id=$(docker image inspect -f '{{.Id}}' "$image")
        for node in "${nodes[@]}"; do
            [ "$(cat "$state/$node/images/$image" 2>/dev/null)" != "$id" ] || continue
            say "$image to $node"
            docker save "$image" | inside "$node" ctr --namespace k8s.io images import - >/dev/null
            mkdir -p "$state/$node/images/${image%/*}"
            echo "$id" >"$state/$node/images/$image"
        done
    done
}

up() {
    [ "$(id -u)" = 0 ] || fail "namespaces and mounts need root"
    case $PWD in /var/* | /run/*) fail "this checkout lies where a node has files of its own: move it out of /var and /run" ;; esac
    deploy/install/install.sh cluster
    "$here/build.sh" "$bin"
    deploy/images/build.sh
    programs
    if ! runs node-1 || ! runs node-2; then
        stop
        say "starting ${nodes[*]}"
        mkdir -p "$state"
        (cd /proc/sys && grep -H . "${tunables[@]}") >"$state/tunables"
        certificates
        for node in "${nodes[@]}"; do start "$node"; done
        cables
    fi
    for node in "${nodes[@]}"; do eventually "$node" test -e "$state/$node/up"; done
    images
    eventually "the API server" kubectl get --raw /readyz
    for node in "${nodes[@]}"; do
        eventually "$node" kubectl wait --for=condition=Ready --timeout=1s "node/$node"
    done
    kubectl apply -f "$here/manifests" >/dev/null
    kubectl -n kube-system rollout status --timeout=5m deployment/coredns deployment/metrics-server >/dev/null
    eventually "what pods use" kubectl top nodes
    say "up: export KUBECONFIG=$state/kubeconfig PATH=$bin:\$PATH"
}

stop() {
    local node pid
    for node in "${nodes[@]}"; do
        runs "$node" || continue
        pid=$(first "$node")
        kill -KILL "$pid"
        while [ -e "/proc/$pid" ]; do sleep 0.1; done
        say "$node is stopped"
    done
    ! command -v nft >/dev/null || nft delete table ip parley_cluster 2>/dev/null || true
    if [ -s "$state/tunables" ]; then
        while IFS=: read -r name value; do echo "$value" >"/proc/sys/$name"; done <"$state/tunables"
    fi
    # The containers' control groups are empty now.
    [ ! -d /sys/fs/cgroup ] || find /sys/fs/cgroup -depth -type d -path '*/k8s.io*' -exec rmdir {} +
    rm -rf "$state"/{node-1,node-2,pki,tunables} "$state"/*kubeconfig
}

case ${1:-} in
up) up ;;
images) shift; images "$@" ;;
stop) stop ;;
*) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
