package bench

import (
	"fmt"
	"net/netip"
	"strings"

	"parley/deploy/bench/internal/load"
)

// prepareParley makes the two ways to reach Parley: the services themselves,
// and the gateway.
func (b *bench) prepareParley() error {
	streams, err := b.system.addr("stream-1")
	if err != nil {
		return err
	}
	posts, err := b.system.addr("messages-1")
	if err != nil {
		return err
	}
	gateway, err := b.system.addr("nginx")
	if err != nil {
		return err
	}
	var parts []part
	for _, one := range []struct{ name, process string }{
		{"nginx", "nginx"}, {"stream", "stream-1"}, {"messages", "messages-1"}, {"Postgres", "postgres"}, {"Redis", "redis"},
	} {
		running, err := b.system.process(one.process)
		if err != nil {
			return err
		}
		parts = append(parts, part{one.name, running.PID})
	}
	b.parley = b.parleyAt("Parley", streams, posts, "stream")
	b.gatewayParley = b.parleyAt("Parley", gateway, gateway, "stream", "nginx")
	b.parley.parts, b.gatewayParley.parts = parts, parts
	return nil
}

func (b *bench) parleyAt(name string, streams, posts netip.AddrPort, serving ...string) *subject {
	return &subject{
		name: name, streams: streams, posts: posts, readies: 1, serving: serving,
		listen: func(user int, rooms []string) []byte {
			return listenRequest(streams, b.system.cookies[user], rooms, "")
		},
		post: func(user int, room string) []byte { return postRequest(posts, b.system.cookies[user], room) },
	}
}

// listenRequest is what a browser's EventSource asks, as far as Parley reads it.
func listenRequest(to netip.AddrPort, cookie string, rooms []string, lastID string) []byte {
	path := "/chat/stream?after=" + strings.Join(rooms, ",")
	if len(rooms) == 1 {
		path = "/chat/" + rooms[0] + "/stream"
	}
	if lastID != "" {
		lastID = "Last-Event-ID: " + lastID + "\r\n"
	}
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\nCookie: %s\r\n%s\r\n",
		path, to, cookie, lastID)
}

// postRequest is what the page sends. The floor gets the same.
func postRequest(to netip.AddrPort, cookie, room string) []byte {
	body := fmt.Sprintf(`{"body":%q,"client_id":%q}`, load.Body(bodySize), load.Placeholder)
	return fmt.Appendf(nil, "POST /chat/%s/messages HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		room, to, cookie, len(body), body)
}
