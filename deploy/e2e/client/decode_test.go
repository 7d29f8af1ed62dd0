package client

import (
	"testing"

	"parley/core/sse"
	"parley/core/wire"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	const message = `{"id":4,"revision":7,"room":"hot","username":"ada","body":"hi","created_at":"2026-11-23T09:00:00.123456Z"}`
	const member = `{"type":"membership","revision":8,"room":"hot","kind":"open","member":true,"moderator":false,"joined":2,"read":2,"notify":"all"}`
	for _, row := range []struct {
		event sse.Event
		topic string // of a stream of one log
		good  bool
	}{
		{sse.Event{Name: "room.hot", ID: "7", Data: message}, "hot", true},
		{sse.Event{Name: "room.hot", ID: "hot:7", Data: message}, "", true},
		{sse.Event{Name: "me", ID: "@ada:8", Data: member}, "", true},
		{sse.Event{Name: "ready", ID: "@ada:8", Data: `{"room":"@ada","id":8}`}, "", true},
		{sse.Event{Name: "reset", ID: "8", Data: `{"room":"hot","id":8}`}, "hot", true},
		{sse.Event{Name: "typing", ID: "@ada:8", Data: `{"type":"typing","room":"hot","username":"ada"}`}, "", true},
		{sse.Event{Name: "ping", Data: `{}`}, "", true},
		{sse.Event{Name: "end", Data: `{"reason":"drain"}`}, "hot", true},

		{sse.Event{Name: "room.hot", ID: "4", Data: message}, "hot", false},
		{sse.Event{Name: "room.hot", ID: "7", Data: message}, "", false},
		{sse.Event{Name: "room.hot", ID: "hot:7", Data: message}, "hot", false},
		{sse.Event{Name: "room.hot", ID: "cold:7", Data: message}, "", false},
		{sse.Event{Name: "room.cold", ID: "cold:7", Data: message}, "", false},
		{sse.Event{Name: "room.hot", ID: "hot:7", Data: `{"id":4,"revision":7}`}, "", false},
		{sse.Event{Name: "room.hot", ID: "hot:8", Data: member}, "", false},
		{sse.Event{Name: "me", ID: "hot:8", Data: member}, "", false},
		{sse.Event{Name: "ready", ID: "hot:8", Data: `{"room":"hot","id":9}`}, "", false},
		{sse.Event{Name: "ready", ID: "", Data: `{"room":"hot","id":9}`}, "hot", false},
		{sse.Event{Name: "typing", Data: `{"type":"typing","room":"hot","username":"ada"}`}, "cold", false},
		{sse.Event{Name: "typing", Data: `{"type":"presence","room":"hot","username":"ada","state":"online"}`}, "hot", false},
		{sse.Event{Name: "end", Data: `{}`}, "hot", false},
		{sse.Event{Name: "message", ID: "1", Data: `x`}, "hot", false},
	} {
		if _, err := Decode(row.event, wire.Topic(row.topic)); (err == nil) != row.good {
			t.Errorf("%+v on a stream of %q: %v", row.event, row.topic, err)
		}
	}
}
