package chaos

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"parley/deploy/e2e/chaos/load"
	"parley/deploy/e2e/chaos/proxy"
	"parley/deploy/e2e/history"
	"parley/deploy/e2e/system"
)

// Fault is one way to break Parley, and to mend it again.
type Fault struct {
	Name string
	// On are the parts that it occupies. "stream-N" and "messages-N" are one of
	// the replicas, drawn anew each time.
	On    []string
	Needs Ability
	// Hint says that only Redis is hit: what is posted arrives as soon as ever
	// Redis may be away.
	Hint bool
	// Holds says that what is under way may lie somewhere until it is mended.
	Holds bool
	// Strike breaks, lasts, and mends. It returns an error only if it could not:
	// what it did to Parley is for the history to tell.
	Strike func(context.Context, *Blow) error
}

// Ability is what not every driver can do.
type Ability string

// The abilities. Bad weather between services and Redis needs a proxy, which
// containers don't reach; processes of one machine have no network to cut.
const (
	Anywhere Ability = ""
	Weather  Ability = "weather"
	Cables   Ability = "cables"
)

// Scene is where faults strike.
type Scene struct {
	Parley system.System
	Proxy  *proxy.Proxy // nil: there is none
	Site   *load.Site
}

// Can reports whether faults that need a can strike here.
func (s *Scene) Can(a Ability) bool {
	switch a {
	case Weather:
		return s.Proxy != nil
	case Cables:
		_, ok := s.Parley.(system.Network)
		return ok
	}
	return true
}

// Blow is one stroke of a fault.
type Blow struct {
	*Scene
	Run     *load.Run
	Replica int // what N stands for
	Last    time.Duration
}

// part names one of the parts that the fault occupies: of "stream-N", stream-2.
func (b *Blow) part(name string) string {
	return strings.Replace(name, "-N", "-"+strconv.Itoa(b.Replica), 1)
}

// last lets what was broken be so for as long as it should.
func (b *Blow) last(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(b.Last):
		return nil
	}
}

const strikePatience = 90 * time.Second // for what should take seconds

// Strike lets f strike and records it.
func (s *Scene) Strike(ctx context.Context, run *load.Run, f Fault, replica int, last time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, strikePatience)
	defer cancel()
	name := f.Name
	if strings.Contains(strings.Join(f.On, " "), "-N") {
		name += " " + strconv.Itoa(replica)
	}
	from := run.Recorder().Now()
	err := f.Strike(ctx, &Blow{Scene: s, Run: run, Replica: replica, Last: last})
	run.Recorder().Fault(history.Fault{Name: name, From: from, Holds: f.Holds})
	if err != nil {
		return fmt.Errorf("fault %s: %w", name, err)
	}
	return nil
}

// Faults returns all faults.
func Faults() []Fault {
	var all []Fault
	for _, some := range [][]Fault{partFaults(), writerFaults(), redisFaults(), weatherFaults(), postgresFaults(), gatewayFaults(), clientFaults(), cableFaults(), peopleFaults()} {
		all = append(all, some...)
	}
	return all
}
