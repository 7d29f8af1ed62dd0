package serve

import "net/netip"

// Network returns what counts as one client for limits: an IPv4 address, or
// the /64 that an IPv6 customer has. It is the zero Prefix for the zero Addr.
func Network(addr netip.Addr) netip.Prefix {
	bits := 64
	if !addr.Is6() {
		bits = addr.BitLen()
	}
	prefix, err := addr.Prefix(bits)
	if err != nil { // the zero Addr
		return netip.Prefix{}
	}
	return prefix
}
