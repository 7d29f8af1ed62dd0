package demo

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// What stands in braces.
var (
	services  = []string{"gateway", "billing", "search", "notifier", "importer", "accounts", "reports"}
	features  = []string{"threads", "the new editor", "guest access", "dark mode", "offline reading", "the export", "single sign-on"}
	customers = []string{"Nordlicht", "Café Central", "Blue Harbor", "Tanaka Works", "Atelier Sud", "Kvarn & Co", "Montaña"}
	days      = []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday"}
)

// slots are what the braces of one exchange hold: the same wherever they occur
// in it, but for numbers.
type slots struct {
	dice   *rand.Rand
	values map[string]string
}

func newSlots(dice *rand.Rand, speakers []string) slots {
	other := speakers[len(speakers)-1]
	pick := func(all []string) string { return all[dice.IntN(len(all))] }
	return slots{dice, map[string]string{
		"service": pick(services), "feature": pick(features), "customer": pick(customers), "day": pick(days),
		"at": "@" + other, "name": nameOf(other),
	}}
}

func nameOf(username string) string {
	for _, p := range people {
		if p.username == username {
			return p.name
		}
	}
	return username
}

// fill returns text with its braces filled in. What is in others stays as it is.
func (s slots) fill(text string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		value, known := s.value(name)
		if !closed || !known {
			b.WriteByte('{')
			text = rest
			continue
		}
		b.WriteString(value)
		text = after
	}
}

func (s slots) value(name string) (string, bool) {
	switch name {
	case "n":
		return strconv.Itoa(100 + s.dice.IntN(900)), true
	case "n2":
		return fmt.Sprintf("%02d", 10+s.dice.IntN(19)), true
	case "pct":
		return strconv.Itoa(60 + s.dice.IntN(36)), true
	case "pct2":
		return strconv.Itoa(1 + s.dice.IntN(9)), true
	}
	value, ok := s.values[name]
	return value, ok
}
