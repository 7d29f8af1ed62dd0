package migrations_test

import (
	"regexp"
	"strings"
)

var (
	lexeme = regexp.MustCompile(`(?s)--[^\n]*|/\*.*?\*/|\$\$.*?\$\$|'(?:[^']|'')*'|"[^"]*"|;|[^-/$'";]+|.`)
	spaces = regexp.MustCompile(`\s+`)
)

// statements returns the statements of a migration in lower case, without
// comments, what is in strings, and marks around names.
func statements(migration string) (all []string) {
	var now strings.Builder
	end := func() {
		if s := strings.TrimSpace(spaces.ReplaceAllString(strings.ToLower(now.String()), " ")); s != "" {
			all = append(all, s)
		}
		now.Reset()
	}
	for _, part := range lexeme.FindAllString(migration, -1) {
		switch {
		case part == ";":
			end()
		case strings.HasPrefix(part, "--"), strings.HasPrefix(part, "/*"):
			now.WriteString(" ")
		case strings.HasPrefix(part, "'"), strings.HasPrefix(part, "$$"):
			now.WriteString("''")
		case strings.HasPrefix(part, `"`):
			now.WriteString(strings.Trim(part, `"`))
		default:
			now.WriteString(part)
		}
	}
	end()
	return all
}
