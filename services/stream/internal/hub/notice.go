package hub

import (
	"parley/core/sse"
	"parley/core/wire"
)

// notice hands on an event that is not durable: whoever is listening gets it,
// and it is not kept.
func (h *Hub) notice(l *Log, n wire.Notice) {
	frame := sse.AppendNotice(nil, n)
	for _, listener := range l.listeners {
		listener.Notice(l, frame)
	}
}
