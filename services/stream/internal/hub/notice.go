package hub

import (
	"bytes"
	"encoding/json"

	"parley/core/event"
)

// notice hands on an event that is not durable: whoever is listening gets it,
// and it is not kept. Its payload becomes one line.
func (h *Hub) notice(l *Log, kind string, payload []byte) {
	var line bytes.Buffer
	if err := json.Compact(&line, payload); err != nil {
		h.metrics.Rejected.Inc()
		return
	}
	frame := event.AppendNotice(make([]byte, 0, line.Len()+len(kind)+16), kind, line.Bytes())
	for _, listener := range l.listeners {
		listener.Notice(l, frame)
	}
}
