package web

import (
	"slices"
	"strconv"
	"time"
)

// Retention is how long messages are kept in a room.
type Retention struct {
	Days      *int          // as the room says: 0 is for ever, nil as the deployment says
	Elsewhere time.Duration // as the deployment says; 0 is for ever
	MayEdit   bool
}

// Shown reports whether there is anything to say about it.
func (r Retention) Shown() bool { return r.MayEdit || r.Limited() || r.Days != nil }

// Limited reports whether messages go some time.
func (r Retention) Limited() bool {
	if r.Days != nil {
		return *r.Days > 0
	}
	return r.Elsewhere > 0
}

// Lasting says for how long: "for 90 days".
func (r Retention) Lasting() string {
	if r.Days != nil {
		return forDays(*r.Days)
	}
	return r.general()
}

func (r Retention) general() string {
	if r.Elsewhere%(24*time.Hour) == 0 {
		return forDays(int(r.Elsewhere / (24 * time.Hour)))
	}
	return "for " + Age(r.Elsewhere)
}

func forDays(days int) string {
	if days == 0 {
		return "for ever"
	}
	return "for " + plural(days, "day")
}

// Choice is one of a list's.
type Choice struct {
	Value, Text string
	Chosen      bool
}

// Choices are the times that the form offers, and what the room has.
func (r Retention) Choices() []Choice {
	all := []Choice{{"", "As everywhere else: " + r.general(), r.Days == nil}, {"0", "For ever", r.Days != nil && *r.Days == 0}}
	days := []int{1, 7, 30, 90, 180, 365, 730, 1825}
	if r.Days != nil && *r.Days > 0 && !slices.Contains(days, *r.Days) {
		days = append(days, *r.Days)
		slices.Sort(days)
	}
	for _, n := range days {
		all = append(all, Choice{strconv.Itoa(n), plural(n, "day"), r.Days != nil && *r.Days == n})
	}
	return all
}
