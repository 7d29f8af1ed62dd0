package app

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	settleEvery = 2 * time.Second
	crowd       = 200 // handshakes within settleEvery that leave something to return
	restEvery   = 5   // times settleEvery: a service at rest leaves garbage, too
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

// settle returns to the system what isn't needed any more.
func (a *app) settle(ctx context.Context) {
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	calm := calm{opened: a.engine.Opened()}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		switch calm.tick(a.engine.Opened(), collections()) {
		case crowdLeft:
			runtime.GC() // pools let go of what two collections found unused
			debug.FreeOSMemory()
		case rested:
			debug.FreeOSMemory()
		}
	}
}

// calm tells when memory is to be returned. It is asked every settleEvery.
//
// A handshake goes through net/http, gin and pgx and costs some 50 KB of garbage
// and stack, of which the open stream keeps less than one. Go's own scavenger
// would hold on to much of it for minutes, so a crowd's is returned once the
// crowd is through. A service at rest makes a little garbage each second. It
// would lie for a minute, as Go collects when half as much as lives has
// gathered, so it is collected now and then. One that Go collects anyway is
// busy, and is left alone.
type calm struct {
	opened    uint32 // streams, ever
	collected uint64 // times, by Go itself
	crowded   bool
	quiet     int // ticks without a crowd or a collection
}

// occasion is a reason to return memory.
type occasion int

const (
	none occasion = iota
	crowdLeft
	rested
)

func (c *calm) tick(opened uint32, collected uint64) occasion {
	wasCrowded := c.crowded
	c.crowded = opened-c.opened >= crowd
	if c.crowded || c.collected != collected {
		c.quiet = 0
	} else {
		c.quiet++
	}
	c.opened, c.collected = opened, collected
	switch {
	case wasCrowded && !c.crowded:
		return crowdLeft
	case c.quiet > 0 && c.quiet%restEvery == 0:
		return rested
	}
	return none
}

// collections returns how often Go has collected garbage by itself.
func collections() uint64 {
	sample := []metrics.Sample{{Name: "/gc/cycles/automatic:gc-cycles"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
