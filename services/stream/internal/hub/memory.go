package hub

import (
	"cmp"
	"slices"
	"sync/atomic"
)

// memory bounds what all rings hold together. Beyond the limit the log that
// was least recently read is forgotten first; its readers are served from
// Postgres.
type memory struct {
	limit int64 // bytes; 0 is no limit
	held  atomic.Int64
	over  chan struct{} // has one token while held is above limit
}

// check asks for room if there is too little.
func (m *memory) check() {
	if m.limit == 0 || m.held.Load() <= m.limit {
		return
	}
	select {
	case m.over <- struct{}{}:
	default:
	}
}

// makeRoom forgets logs until a tenth of the limit is free.
func (h *Hub) makeRoom() {
	logs := h.all()
	slices.SortFunc(logs, func(a, b *Log) int { return cmp.Compare(a.readAt.Load(), b.readAt.Load()) })
	for _, l := range logs {
		if h.memory.held.Load() <= h.memory.limit/10*9 {
			return
		}
		if l.forget() {
			h.metrics.Forgotten.Inc()
		}
	}
}
