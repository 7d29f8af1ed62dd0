package web

import (
	"fmt"
	"strconv"
	"time"
)

// Unknown stands for a number that nobody knows.
const Unknown = "–"

// Count writes a number with a comma before every three digits.
func Count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Rate writes how much there is in a second.
func Rate(perSecond float64) string {
	if perSecond > 0 && perSecond < 0.05 {
		return "< 0.1/s"
	}
	return short(perSecond) + "/s"
}

// Span writes a time of some seconds, or less.
func Span(seconds float64) string {
	switch {
	case seconds < 0.001:
		return short(seconds*1e6) + " µs"
	case seconds < 1:
		return short(seconds*1e3) + " ms"
	}
	return short(seconds) + " s"
}

// Size writes a number of bytes, in units of 1,024.
func Size(bytes float64) string {
	for _, unit := range []string{"B", "KiB", "MiB", "GiB"} {
		if bytes < 1024 {
			return short(bytes) + " " + unit
		}
		bytes /= 1024
	}
	return short(bytes) + " TiB"
}

// Age writes roughly how long something has lasted.
func Age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return plural(int(d/time.Second), "second")
	case d < time.Hour:
		return plural(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return plural(int(d/time.Hour), "hour")
	}
	return plural(int(d/(24*time.Hour)), "day")
}

// short writes two or three digits, which is all that one looks at.
func short(x float64) string {
	switch {
	case x == 0:
		return "0"
	case x < 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	case x < 1000:
		return fmt.Sprintf("%.0f", x)
	}
	return Count(int64(x))
}
