package web

import (
	"testing"
	"time"
)

func TestUnits(t *testing.T) {
	t.Parallel()
	for _, row := range [][2]string{
		{Count(0), "0"}, {Count(999), "999"}, {Count(1000), "1,000"}, {Count(1234567), "1,234,567"}, {Count(-1000), "-1,000"}, {Count(-100), "-100"},
		{Rate(0), "0/s"}, {Rate(0.04), "< 0.1/s"}, {Rate(0.06), "0.1/s"}, {Rate(2.25), "2.2/s"}, {Rate(99.6), "100/s"}, {Rate(12345.6), "12,345/s"},
		{Span(0.0000042), "4.2 µs"}, {Span(0.0123), "12 ms"}, {Span(1.25), "1.2 s"}, {Span(75), "75 s"},
		{Size(0), "0 B"}, {Size(1000), "1,000 B"}, {Size(1536), "1.5 KiB"}, {Size(200 << 20), "200 MiB"}, {Size(3 << 40), "3.0 TiB"},
		{Age(0), "0 seconds"}, {Age(90 * time.Second), "1 minute"}, {Age(26 * time.Hour), "26 hours"}, {Age(49 * time.Hour), "2 days"},
	} {
		if row[0] != row[1] {
			t.Errorf("got %q, want %q", row[0], row[1])
		}
	}
}
