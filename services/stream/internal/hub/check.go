package hub

import (
	"context"
	"math/rand/v2"

	"parley/core/chat"
	"parley/core/history"
)

const (
	checkEach = 500  // events of one log that are checked in a round
	checkAll  = 4000 // and of all logs
)

// check compares what logs have only from Redis with what Postgres has: the
// newest of each log, a bounded number. A publish that was forged stays in no
// log for long, even where the true one was lost and no other publish differs.
func (h *Hub) check(ctx context.Context, logs []*Log) {
	var asks []history.Ask
	left := chat.Position(checkAll)
	first := rand.N(len(logs)) //nolint:gosec // if there is too much, each gets a turn
	for i := range logs {
		l := logs[(first+i)%len(logs)]
		confirmed, head := l.confirmedAndHead()
		if confirmed >= head {
			continue
		}
		from := max(confirmed, head-checkEach)
		asks = append(asks, history.Ask{Topic: l.Topic, After: from})
		if left -= head - from; left <= 0 {
			break
		}
	}
	if len(asks) == 0 {
		return
	}
	pages, err := h.store.AfterAll(ctx, asks, checkEach)
	if err != nil {
		h.metrics.Failed.Inc()
		h.log.Warn("logs not checked", "error", err)
		return
	}
	for topic, page := range pages {
		l := h.find(topic)
		if l == nil {
			continue
		}
		if wrong := l.disagrees(page.Events); wrong > 0 {
			h.doubt(l, wrong)
		} else {
			l.confirm(page.Upto)
		}
	}
}
