package bench

import (
	"fmt"
	"math"
	"strings"
	"time"

	"parley/deploy/bench/internal/stat"
)

// result is a row of the table.
type result struct {
	row       string
	format    string // of its numbers
	parley    stat.Series
	other     stat.Series // what is put beside it, in turn
	otherName string
	ratio     stat.Series
	target    *target

	latency, otherLatency *stat.Histogram
	latencyOf             string // of what, if not of deliveries

	notes []string
}

// target is what a row should reach: a number, or a ratio to what is beside it.
type target struct {
	limit  float64
	least  bool // the limit is a lower one
	ratios bool
	off    bool // the ratio is of a prediction, which may be off from 1 by the limit
}

func atMost(limit float64) *target      { return &target{limit: limit} }
func atMostRatio(limit float64) *target { return &target{limit: limit, ratios: true} }
func atLeast(limit float64) *target     { return &target{limit: limit, least: true} }

func atLeastRatio(limit float64) *target { return &target{limit: limit, least: true, ratios: true} }

// within is for predictions beside what was measured.
func within(share float64) *target { return &target{limit: share, ratios: true, off: true} }

func (t *target) String() string {
	if t.off {
		return fmt.Sprintf("1 ± %g", t.limit)
	}
	sign, times := "≤", ""
	if t.least {
		sign = "≥"
	}
	if t.ratios {
		times = " ×"
	}
	return fmt.Sprintf("%s %g%s", sign, t.limit, times)
}

func (t *target) met(value float64) bool {
	if t.off {
		return math.Abs(value-1) <= t.limit
	}
	if t.least {
		return value >= t.limit
	}
	return value <= t.limit
}

// verdict returns the target and whether the median meets it.
func (r *result) verdict() string {
	if r.target == nil {
		return ""
	}
	value := r.parley.Median()
	if r.target.ratios {
		value = r.ratio.Median()
	}
	word := "missed"
	if r.target.met(value) {
		word = "met"
	}
	return fmt.Sprintf("%s: **%s**", r.target, word)
}

// cells returns the row as cells of the table.
func (r *result) cells() []string {
	return []string{
		r.row, spread(r.parley, r.format), besides(r), spread(r.ratio, "%.2f"), r.verdict(),
		latencies(r.latency), latencies(r.otherLatency),
	}
}

func besides(r *result) string {
	if len(r.other) == 0 {
		return ""
	}
	return spread(r.other, r.format) + " " + r.otherName
}

// spread writes a series as its median and its range.
func spread(s stat.Series, format string) string {
	if len(s) == 0 {
		return ""
	}
	low, high := s.Range()
	text := "**" + number(format, s.Median()) + "**"
	if len(s) > 1 {
		text += fmt.Sprintf(" (%s–%s)", number(format, low), number(format, high))
	}
	return text
}

// number writes whole numbers with their thousands apart.
func number(format string, v float64) string {
	text := fmt.Sprintf(format, v)
	if format != "%.0f" {
		return text
	}
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// latencies writes p50, p99 and p99.9.
func latencies(h *stat.Histogram) string {
	if h == nil || h.Count() == 0 {
		return ""
	}
	var parts []string
	for _, q := range []float64{0.5, 0.99, 0.999} {
		parts = append(parts, short(h.Quantile(q)))
	}
	return strings.Join(parts, " / ")
}

// short writes a duration with three digits or so.
func short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}
