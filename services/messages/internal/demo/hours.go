package demo

import "time"

// The hours of a day in which people speak.
const (
	opens  = 8 * time.Hour
	closes = 19 * time.Hour
)

// window is a stretch of time in which people speak.
type window struct {
	from time.Time
	long time.Duration
}

// windows returns the hours between two times in which people speak; if there
// are none, all of it.
func windows(from, to time.Time) (all []window, total time.Duration) {
	for day := from.UTC().Truncate(24 * time.Hour); day.Before(to); day = day.Add(24 * time.Hour) {
		begin, end := later(day.Add(opens), from), earlier(day.Add(closes), to)
		if long := end.Sub(begin); long > 0 {
			all = append(all, window{begin, long})
			total += long
		}
	}
	if total == 0 {
		total = max(to.Sub(from), 0)
		all = []window{{from, total}}
	}
	return all, total
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// clock tells at which time each of n messages is said, by sharing out the time
// in which people speak.
type clock struct {
	windows []window
	step    time.Duration
	passed  time.Duration // in the first window that is left
	to      time.Time     // the end of the last
}

func newClock(from, to time.Time, n int) *clock {
	all, total := windows(from, to)
	last := all[len(all)-1]
	return &clock{windows: all, step: total / time.Duration(n+1), to: last.from.Add(last.long)}
}

// next returns the time of the next message, which comes weight steps after the
// one before. Its microseconds are whole, as those of Postgres.
func (c *clock) next(weight float64) time.Time {
	c.passed += time.Duration(weight * float64(c.step))
	for len(c.windows) > 1 && c.passed > c.windows[0].long {
		c.passed -= c.windows[0].long
		c.windows = c.windows[1:]
	}
	return earlier(c.windows[0].from.Add(c.passed), c.to).Truncate(time.Microsecond)
}
