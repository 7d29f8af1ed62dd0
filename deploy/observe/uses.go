package observe

import (
	"regexp"
	"slices"
	"strings"
)

// Use is a metric that a query reads, and the labels by which it chooses.
type Use struct {
	Metric string
	Labels []string // in order
}

var (
	text     = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	grouping = regexp.MustCompile(`\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)`)
	spans    = regexp.MustCompile(`\[[^\]]*\]`)
	selector = regexp.MustCompile(`([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^}]*\}|\()?`)
	matcher  = regexp.MustCompile(`([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)`)
	operator = regexp.MustCompile(`^(and|or|unless|bool|offset|by|without|on|ignoring|group_left|group_right)$`)
	number   = regexp.MustCompile(`\b[0-9][0-9a-zA-Z.]*`)
)

// Uses returns what a query reads. It takes the query for valid: what is not a
// label, a function, a number or an operator is a metric.
func Uses(query string) (all []Use) {
	query = text.ReplaceAllString(query, `""`)
	query = spans.ReplaceAllString(query, "")
	query = grouping.ReplaceAllString(query, "")
	query = number.ReplaceAllString(query, "")
	for _, found := range selector.FindAllStringSubmatch(query, -1) {
		name, rest := found[1], found[2]
		if rest == "(" || operator.MatchString(name) {
			continue
		}
		use := Use{Metric: name}
		for _, m := range matcher.FindAllStringSubmatch(strings.Trim(rest, "{}"), -1) {
			use.Labels = append(use.Labels, m[1])
		}
		slices.Sort(use.Labels)
		all = append(all, use)
	}
	return all
}
