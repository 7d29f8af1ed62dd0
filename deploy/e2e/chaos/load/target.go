package load

import (
	"math/rand/v2"
	"slices"
	"sync"

	"parley/core/chat"
)

// target is a message that others may answer and change.
type target struct {
	id       chat.Position
	author   string
	threaded bool // it is in a thread
}

const (
	firstTargets = 4 // of a room, which stay: they are changed by many, and for long
	lastTargets  = 8 // the newest
)

// targets are the messages of each room that are changed, few enough that many
// change the same.
type targets struct {
	mu     sync.Mutex
	first  map[string][]target
	newest map[string][]target
}

func newTargets() *targets {
	return &targets{first: make(map[string][]target), newest: make(map[string][]target)}
}

// add adds a message that is known to be stored.
func (t *targets) add(room string, one target) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.first[room]) < firstTargets {
		t.first[room] = append(t.first[room], one)
		return
	}
	t.newest[room] = append(t.newest[room], one)
	if n := len(t.newest[room]); n > lastTargets {
		t.newest[room] = t.newest[room][n-lastTargets:]
	}
}

// remove removes a message, as one that is deleted.
func (t *targets) remove(room string, id chat.Position) {
	t.mu.Lock()
	defer t.mu.Unlock()
	gone := func(one target) bool { return one.id == id }
	t.first[room] = slices.DeleteFunc(t.first[room], gone)
	t.newest[room] = slices.DeleteFunc(t.newest[room], gone)
}

func anyTarget(target) bool { return true }

// draw returns a message of a room that is fit, if there is one.
func (t *targets) draw(rng *rand.Rand, room string, fit func(target) bool) (target, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if one, ok := pick(rng, t.first[room], fit); ok && rng.IntN(2) == 0 {
		return one, true
	}
	return pick(rng, t.newest[room], fit)
}

// drawFirst is draw among those that stay.
func (t *targets) drawFirst(rng *rand.Rand, room string) (target, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return pick(rng, t.first[room], anyTarget)
}

func pick(rng *rand.Rand, all []target, fit func(target) bool) (target, bool) {
	var fits []target
	for _, one := range all {
		if fit(one) {
			fits = append(fits, one)
		}
	}
	if len(fits) == 0 {
		return target{}, false
	}
	return fits[rng.IntN(len(fits))], true
}
