package web

import (
	"testing"
	"time"
)

func TestSince(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Second:     "just now", // another machine's clock
		59 * time.Second: "just now",
		time.Minute:      "1 minute ago",
		59 * time.Minute: "59 minutes ago",
		time.Hour:        "1 hour ago",
		47 * time.Hour:   "1 day ago",
		720 * time.Hour:  "30 days ago",
	} {
		if got := since(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

func TestAhead(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Second:     "in a moment", // another machine's clock
		59 * time.Second: "in a moment",
		time.Minute:      "in 1 minute",
		59 * time.Minute: "in 59 minutes",
		47 * time.Hour:   "in 47 hours",
		167 * time.Hour:  "in 7 days", // made for a week, looked at soon after
	} {
		if got := ahead(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}
