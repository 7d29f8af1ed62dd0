package serve

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// Hosts are the names by which a deployment may be called. A page of another
// site can make its own name lead to this address (DNS rebinding), and would
// then be taken for ours: so a request has to name a host that is known.
//
// The names and addresses of this machine are always allowed, for there is
// nothing to be rebound: localhost, *.localhost, 127.0.0.0/8, ::1. The zero
// Hosts allows nothing else.
type Hosts struct {
	all   bool
	names map[string]struct{}
}

// NewHosts allows the host of publicURL, which may be "", and those of allowed,
// a list separated by commas; "*" in it allows all.
func NewHosts(publicURL, allowed string) (Hosts, error) {
	h := Hosts{names: make(map[string]struct{})}
	if publicURL != "" {
		u, err := url.Parse(publicURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
			strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			return Hosts{}, fmt.Errorf("PUBLIC_URL is %q: want https://chat.example.org", publicURL)
		}
		allowed += "," + u.Host
	}
	for item := range strings.SplitSeq(allowed, ",") {
		item = strings.TrimSpace(item)
		switch name, ok := hostname(item); {
		case item == "":
		case item == "*":
			h.all = true
		case !ok:
			return Hosts{}, fmt.Errorf("ALLOWED_HOSTS: %q is no name of a host", item)
		default:
			h.names[name] = struct{}{}
		}
	}
	return h, nil
}

// Allow reports whether a request with this Host header may be answered. The
// port is not looked at: who chose it is the gateway.
func (h Hosts) Allow(host string) bool {
	if h.all {
		return true
	}
	name, ok := hostname(host)
	if !ok {
		return false
	}
	if _, known := h.names[name]; known {
		return true
	}
	if addr, err := netip.ParseAddr(name); err == nil {
		return addr.IsLoopback()
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// hostname returns the name or address in host, without a port, in one of the
// ways to write it: lower case, no dot at the end, no brackets.
func hostname(host string) (name string, ok bool) {
	name = host
	if bare, port, err := net.SplitHostPort(host); err == nil {
		if !digits(port) {
			return "", false
		}
		name = bare
	} else if inner, found := strings.CutPrefix(host, "["); found {
		if name, found = strings.CutSuffix(inner, "]"); !found {
			return "", false
		}
	}
	if addr, err := netip.ParseAddr(name); err == nil && addr.Zone() == "" {
		return addr.Unmap().String(), true
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	return name, name != "" && len(name) <= 253 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_") == "" && name[0] != '.'
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }
