package app

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// minRetention is the shortest time for which messages can be kept. A client
// that repeats a post within it gets the same message.
const minRetention = day

// maxPeriod is a hundred years: far from what a timestamp can't take.
const maxPeriod = 36500 * day

// Period is a duration in a configuration: as [time.ParseDuration] takes it, or
// in days, such as 90d.
type Period time.Duration

// UnmarshalText implements [encoding.TextUnmarshaler].
func (p *Period) UnmarshalText(text []byte) error {
	if days, ok := strings.CutSuffix(string(text), "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return fmt.Errorf("%q is no number of days", text)
		}
		*p = Period(n) * Period(day)
	} else {
		d, err := time.ParseDuration(string(text))
		if err != nil {
			return fmt.Errorf("want a duration such as 90d or 36h: %w", err)
		}
		*p = Period(d)
	}
	if *p > Period(maxPeriod) {
		return fmt.Errorf("%s is longer than a hundred years", text)
	}
	return nil
}
