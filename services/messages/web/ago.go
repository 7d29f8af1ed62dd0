package web

import (
	"fmt"
	"time"
)

// ago says roughly how long t has passed: clocks and zones don't matter then.
func ago(t time.Time) string { return since(time.Since(t)) }

func since(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return number(d/time.Minute, "minute")
	case d < day:
		return number(d/time.Hour, "hour")
	}
	return number(d/day, "day")
}

func number(n time.Duration, unit string) string {
	if n == 1 {
		return "1 " + unit + " ago"
	}
	return fmt.Sprintf("%d %ss ago", n, unit)
}
