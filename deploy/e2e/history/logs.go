package history

import (
	"slices"
	"time"

	"parley/core/chat"
)

// ledger is a log by its positions.
type ledger struct {
	Log
	held  map[chat.Position]*Row
	final map[chat.Position]bool // the row there is the last version
	next  map[chat.Position]chat.Position

	messages []*Row // their last versions, in order of id
}

// open enters the logs, and objects to positions that nothing or two things hold.
func (c *checker) open() {
	c.ledgers = make(map[string]*ledger, len(c.Logs))
	for name, log := range c.Logs {
		l := &ledger{
			Log: log, held: make(map[chat.Position]*Row), final: make(map[chat.Position]bool),
			next: make(map[chat.Position]chat.Position),
		}
		c.ledgers[name] = l
		for _, row := range log.Rows {
			c.enter(l, row)
			l.final[row.Revision] = true
			if row.Key == "" {
				l.messages = append(l.messages, row)
			}
		}
		slices.SortFunc(l.messages, func(a, b *Row) int { return int(a.ID - b.ID) })
		for _, row := range log.Past {
			c.enter(l, row)
		}
		c.chain(l)
		c.dense(name, l)
	}
}

func (c *checker) enter(l *ledger, row *Row) {
	if other := l.held[row.Revision]; other != nil {
		c.report(c.about(row, Hole, "position %d of %s is held by two: %s", row.Revision, row.Log, other))
	}
	l.held[row.Revision] = row
}

// chain finds the successor of every version that has been superseded.
func (c *checker) chain(l *ledger) {
	type thing struct {
		key string
		id  chat.Position
	}
	versions := make(map[thing][]*Row)
	for _, row := range l.held {
		of := thing{row.Key, row.ID}
		versions[of] = append(versions[of], row)
	}
	for _, all := range versions {
		slices.SortFunc(all, func(a, b *Row) int { return int(a.Revision - b.Revision) })
		for i, row := range all {
			last := i == len(all)-1
			if last != l.final[row.Revision] {
				c.report(c.about(row, Hole, "position %d of %s is not superseded by a later version, or was by an earlier", row.Revision, row.Log))
			}
			if !last {
				l.next[row.Revision] = all[i+1].Revision
			}
		}
	}
}

func (c *checker) dense(name string, l *ledger) {
	at := l.Since
	for at < l.Head && l.held[at+1] != nil {
		at++
	}
	var above chat.Position // the lowest position held beyond the hole
	for p := range l.held {
		if p > at && (above == 0 || p < above) {
			above = p
		}
	}
	switch {
	case above != 0:
		c.report(c.about(l.held[above], Hole, "%s holds position %d after %d", name, above, at))
	case at != l.Head:
		c.report(violation(Hole, 0, "%s ends with position %d, but its head is %d", name, at, l.Head))
	}
}

// clocks is by how much the clocks of Postgres and of the recorder may differ.
const clocks = 100 * time.Millisecond

// due reports whether who stands before position p of l must be handed it, at a
// time: whether it is the last version, or was then.
func (l *ledger) due(p chat.Position, now time.Duration) bool {
	if p <= l.Since || l.held[p] == nil {
		return false // said already, or not judged
	}
	next, superseded := l.next[p]
	if !superseded {
		return true
	}
	made, known := l.Times[next]
	return known && now+clocks < made
}
