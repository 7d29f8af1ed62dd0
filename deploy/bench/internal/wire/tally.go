package wire

import (
	"time"

	"parley/deploy/bench/internal/stat"
)

// Tally is what a crowd of streams has received, all together.
type Tally struct {
	Opened   int64 // answered 200
	Refused  int64 // answered with another status
	Closed   int64 // ended by the server, or broken
	Messages int64
	Bytes    int64 // of bodies, without what HTTP adds
	Ready    int64 // "ready" events
	Resets   int64 // "reset" events: somebody has missed messages
	Gaps     int64 // ids that are not the successor of the one before, but above it
	Repeats  int64 // ids at or below the one before
	Ends     map[string]int64

	Latency stat.Histogram // from being posted to being read here
	Last    time.Duration  // when the last message was read, since the load began
}

// Faults returns how often something came that must not.
func (t *Tally) Faults() int64 { return t.Resets + t.Gaps + t.Repeats }
