package trace

import (
	"sync"
	"time"
)

// allowance lets something happen up to most times at once, and in the long run
// every so often.
type allowance struct {
	each time.Duration
	most int

	mu    sync.Mutex
	spent time.Time // when all is allowed again
}

// take reports whether it may happen now.
func (a *allowance) take(now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.spent.Before(now) {
		a.spent = now
	}
	next := a.spent.Add(a.each)
	if next.Sub(now) > a.each*time.Duration(a.most) {
		return false
	}
	a.spent = next
	return true
}
