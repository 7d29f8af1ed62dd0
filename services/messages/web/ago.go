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

// until says roughly how long it is to t.
func until(t time.Time) string { return ahead(time.Until(t)) }

func ahead(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return "in a moment"
	case d < time.Hour:
		return "in " + plural(int(d/time.Minute), "minute")
	case d < 2*day:
		return "in " + plural(int(d/time.Hour), "hour")
	}
	return "in " + plural(int((d+day/2)/day), "day")
}

// date is the day of t. Days are UTC: the script sets them anew.
func date(t time.Time) string { return t.UTC().Format("2 January 2006") }

// plural counts things whose name takes an s.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func number(n time.Duration, unit string) string {
	return plural(int(n), unit) + " ago"
}
