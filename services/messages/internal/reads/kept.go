package reads

import (
	"bytes"
	"crypto/sha256"
	"sync"
	"time"
)

// Kept are the answers of one kind, by what was asked, each with what it holds
// for. Parts that are equal are kept once. All of them together take at most
// limit bytes: for more, some others go.
type Kept[K, V comparable] struct {
	limit int
	age   time.Duration // after which an answer is made anew

	mu      sync.RWMutex
	size    int
	answers map[K]keptAnswer[V]
	parts   map[[sha256.Size]byte]*keptPart
}

type keptAnswer[V comparable] struct {
	holds  V
	made   time.Time
	answer *Answer
}

// keptPart is a part, and in how many answers it is.
type keptPart struct {
	*Part
	answers int
}

// overhead is what an answer costs beside its parts, more or less, in bytes. Keys
// are in it: they must be short.
const overhead = 512

// NewKept returns an empty keeper.
func NewKept[K, V comparable](limit int, age time.Duration) *Kept[K, V] {
	return &Kept[K, V]{limit: limit, age: age, answers: make(map[K]keptAnswer[V]), parts: make(map[[sha256.Size]byte]*keptPart)}
}

// Get returns what was kept for key, if it holds for now; else nil.
func (k *Kept[K, V]) Get(key K, now V) *Answer {
	k.mu.RLock()
	defer k.mu.RUnlock()
	kept, ok := k.answers[key]
	if !ok || kept.holds != now || time.Since(kept.made) > k.age {
		return nil
	}
	return kept.answer
}

// Part returns the part of a piece: one that is kept already, or a new one, which
// has a copy of the piece.
func (k *Kept[K, V]) Part(plain []byte) *Part {
	sum := sha256.Sum256(plain)
	k.mu.RLock()
	known := k.parts[sum]
	k.mu.RUnlock()
	if known != nil {
		return known.Part
	}
	return newPart(sum, bytes.Clone(plain))
}

// Put keeps an answer for key that holds for now: what it was made of was read
// after now was.
func (k *Kept[K, V]) Put(key K, now V, answer *Answer) {
	size := overhead
	for _, p := range answer.parts {
		size += p.size()
	}
	if size > k.limit/8 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.answers[key]; ok {
		k.drop(key)
	}
	kept := *answer // which may be on its way: its parts stay what they are
	kept.parts = make([]*Part, len(answer.parts))
	for i, p := range answer.parts {
		known, ok := k.parts[p.sum]
		if !ok {
			known = &keptPart{Part: p}
			k.parts[p.sum] = known
			k.size += p.size()
		}
		known.answers++
		kept.parts[i] = known.Part // of two that are equal, one goes
	}
	k.answers[key] = keptAnswer[V]{now, time.Now(), &kept}
	k.size += overhead
	for other := range k.answers { // in an order that differs each time
		if k.size <= k.limit {
			break
		}
		if other != key {
			k.drop(other)
		}
	}
}

func (k *Kept[K, V]) drop(key K) {
	for _, p := range k.answers[key].answer.parts {
		known := k.parts[p.sum]
		if known.answers--; known.answers == 0 {
			delete(k.parts, p.sum)
			k.size -= known.size()
		}
	}
	delete(k.answers, key)
	k.size -= overhead
}
