package serve

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the networks whose X-Forwarded-For and X-Forwarded-Proto are
// believed. A peer on a Unix socket is believed too: who may open the file is
// on this host.
type Proxies []netip.Prefix

// UnmarshalText reads networks and addresses separated by commas.
func (p *Proxies) UnmarshalText(text []byte) error {
	*p = nil
	for item := range strings.SplitSeq(string(text), ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		network, err := netip.ParsePrefix(item)
		if err != nil {
			addr, addrErr := netip.ParseAddr(item)
			if addrErr != nil {
				return fmt.Errorf("%q is neither a network nor an address", item)
			}
			network = netip.PrefixFrom(addr, addr.BitLen())
		}
		*p = append(*p, network.Masked())
	}
	return nil
}

// Client returns the address of the client that made the request: the last in
// X-Forwarded-For that no trusted proxy has, if the peer is a trusted proxy,
// else the peer's. It is the zero Addr if nothing is known.
func (p Proxies) Client(r *http.Request) netip.Addr {
	peer := peerOf(r)
	if !p.trusts(peer) {
		return peer
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		addr, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return peer
		}
		peer = addr.Unmap().WithZone("")
		if !p.trusts(peer) {
			return peer
		}
	}
	return peer
}

// HTTPS reports whether the client's request came by https.
func (p Proxies) HTTPS(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	return p.trusts(peerOf(r)) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

func (p Proxies) trusts(addr netip.Addr) bool {
	if !addr.IsValid() {
		return true // a Unix socket
	}
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(addr) })
}

// peerOf returns the zero Addr for a Unix socket.
func peerOf(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return peer.Addr().Unmap().WithZone("")
}
