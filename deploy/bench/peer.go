package bench

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"parley/deploy/bench/internal/load"
)

// Peer is another server that is measured beside Parley and the floor. It must
// run already, on 127.0.0.0/8.
type Peer struct {
	Name       string
	SubURL     string   // an event stream
	PubURL     string   // where a message is posted
	Body       string   // of the post; {{body}} stands for the message
	SubHeaders []string // "Name: value"
	PubHeaders []string
	PID        int // of its main process, for its processor time; 0 leaves it out
}

// placeholder is what a peer's template has for the message.
const placeholder = "{{body}}"

// subject returns the peer as a subject, or nil if none was named.
func (p Peer) subject() (*subject, error) {
	if p.SubURL == "" && p.PubURL == "" {
		return nil, nil
	}
	sub, subAddr, err := loopbackURL(p.SubURL)
	if err != nil {
		return nil, fmt.Errorf("peer's stream: %w", err)
	}
	pub, pubAddr, err := loopbackURL(p.PubURL)
	if err != nil {
		return nil, fmt.Errorf("peer's posts: %w", err)
	}
	if !strings.Contains(p.Body, placeholder) {
		return nil, fmt.Errorf("peer's body %q lacks %s", p.Body, placeholder)
	}
	body := strings.ReplaceAll(p.Body, placeholder, load.Body(bodySize))
	s := &subject{
		name: p.Name, streams: subAddr, posts: pubAddr, serving: []string{p.Name},
		listen: func(int, []string) []byte {
			return []byte(requestHead("GET", sub, append(p.SubHeaders[:len(p.SubHeaders):len(p.SubHeaders)], "Accept: text/event-stream")))
		},
		post: func(int, string) []byte {
			headers := append(p.PubHeaders[:len(p.PubHeaders):len(p.PubHeaders)], fmt.Sprintf("Content-Length: %d", len(body)))
			return []byte(requestHead("POST", pub, headers) + body)
		},
	}
	if p.PID != 0 {
		s.parts = []part{{p.Name, p.PID}}
	}
	return s, nil
}

func requestHead(method string, u *url.URL, headers []string) string {
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\n%s\r\n\r\n", method, u.RequestURI(), u.Host, strings.Join(headers, "\r\n"))
}

// loopbackURL reads http://127.x.y.z:port/…: load is never sent anywhere else.
func loopbackURL(text string) (*url.URL, netip.AddrPort, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	addr, err := netip.ParseAddrPort(u.Host)
	if err != nil || u.Scheme != "http" || !addr.Addr().Is4() || !addr.Addr().IsLoopback() {
		return nil, netip.AddrPort{}, fmt.Errorf("%q is not http://127.x.y.z:port/…", text)
	}
	return u, addr, nil
}
