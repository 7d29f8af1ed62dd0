package app

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

const (
	settleEvery = 2 * time.Second
	crowd       = 200 // handshakes within settleEvery that leave something to return
)

// gcPercent is how much garbage, in percent of what lives, is let lie (GOGC,
// where it is not set). What lives is little, and garbage beside it would be
// most of an idle stream's memory.
const gcPercent = 50

// collectEarly sets gcPercent.
func collectEarly() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

// settle returns a crowd's memory to the system once the crowd is through. A
// handshake goes through net/http, gin and pgx and costs some 50 KB of garbage
// and stack, of which the open stream keeps less than one; Go's own scavenger
// would hold on to much of it for minutes.
func (a *app) settle(ctx context.Context) {
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	before, due := a.engine.Opened(), false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		opened := a.engine.Opened()
		crowded := opened-before >= crowd
		before = opened
		if due && !crowded {
			runtime.GC() // pools let go of what two collections found unused
			debug.FreeOSMemory()
		}
		due = crowded
	}
}
