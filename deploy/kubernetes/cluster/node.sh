#!/usr/bin/env bash
# The first process of a node, in namespaces of its own: whoever kills it takes with it all processes of the node, its
# containers, mounts, interfaces and rules. Called by cluster.sh with the node's name and address.
set -euo pipefail
node=$1 address=$2 state=$3
here=$state/$node
bin=$state/bin

mount --bind "$here/var" /var
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock
ln -sfn /run /var/run

# cluster.sh lays the cables. The services' addresses are the business of kube-proxy's rules; a way to them is needed for those
# to be asked.
ip link set lo up
until ip -4 -o address show dev root to "$address" 2>/dev/null | grep -q .; do sleep 0.1; done
ip route replace 10.215.0.0/16 dev root
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables

start() { # start PROGRAM ARGUMENT…
    "$@" >"$state/log/$node-${1##*/}.log" 2>&1 </dev/null &
}

if [ -e "$here/control" ]; then
    pki=$state/pki
    start etcd --data-dir /var/lib/etcd --unsafe-no-fsync --listen-client-urls http://127.0.0.1:2379 \
        --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380
    start "$bin/kube-apiserver" --etcd-servers http://127.0.0.1:2379 --advertise-address "$address" --secure-port 6443 \
        --service-cluster-ip-range 10.215.0.0/16 --service-node-port-range 30080-30099 \
        --client-ca-file "$pki/ca.crt" --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" \
        --kubelet-client-certificate "$pki/kubelet-client.crt" --kubelet-client-key "$pki/kubelet-client.key" \
        --kubelet-preferred-address-types InternalIP --token-auth-file "$pki/tokens.csv" \
        --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
        --service-account-issuer https://kubernetes.default.svc \
        --service-account-key-file "$pki/accounts.pub" --service-account-signing-key-file "$pki/accounts.key" \
        --requestheader-client-ca-file "$pki/ca.crt" --requestheader-allowed-names aggregator \
        --requestheader-username-headers X-Remote-User --requestheader-group-headers X-Remote-Group \
        --requestheader-extra-headers-prefix X-Remote-Extra- --enable-aggregator-routing \
        --proxy-client-cert-file "$pki/aggregator.crt" --proxy-client-key-file "$pki/aggregator.key"
fi
start containerd --config "$here/containerd.toml"
until [ -S /run/containerd/containerd.sock ]; do sleep 0.1; done
echo ready >"$here/up"          # for images

# The controllers give up when the API server is not ready within 20 s.
until "$bin/kubectl" --kubeconfig "$state/kubeconfig" get --raw /readyz >/dev/null 2>&1; do sleep 0.5; done
if [ -e "$here/control" ]; then
    start "$bin/kube-controller-manager" --kubeconfig "$state/kube-controller-manager.kubeconfig" --leader-elect=false \
        --service-account-private-key-file "$pki/accounts.key" --root-ca-file "$pki/ca.crt" --use-service-account-credentials \
        --horizontal-pod-autoscaler-cpu-initialization-period 30s
    start "$bin/kube-scheduler" --kubeconfig "$state/kube-scheduler.kubeconfig" --leader-elect=false
fi
start "$bin/kube-proxy" --config "$here/kube-proxy.yaml"
start "$bin/kubelet" --config "$here/kubelet.yaml" --kubeconfig "$state/$node.kubeconfig" --hostname-override "$node" --node-ip "$address"

wait -n         # all are needed: when one ends, the node does
