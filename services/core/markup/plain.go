package markup

import "strings"

// paired makes markup where it stands twice, or after a backslash; start already
// once, but only at the start of a line.
var paired, start = set("*_~`|"), set(">#-+:*")

func set(characters string) (in [256]bool) {
	for i := range len(characters) {
		in[characters[i]] = true
	}
	return in
}

// hasMarkup reports whether body may be more than plain text. It errs on the
// side of yes, and is quick: most messages are plain.
func hasMarkup(body string) bool {
	atStart := true
	var seen [256]bool // of paired
	for i := range len(body) {
		c := body[i]
		switch {
		case paired[c] && (seen[c] || i > 0 && body[i-1] == '\\'), atStart && start[c]:
			return true
		case paired[c]:
			seen[c], atStart = true, false
		case atStart && '0' <= c && c <= '9':
			if numbersItem(body[i:]) {
				return true
			}
			atStart = false
		case c == '[':
			if strings.Contains(body[i:], "](") {
				return true
			}
			atStart = false
		case c == '<':
			if strings.IndexByte(body[i:], '>') > 0 {
				return true
			}
			atStart = false
		case c == '\n' || c == '\r':
			atStart = true
		case c != ' ' && c != '\t':
			atStart = false
		}
	}
	return false
}

// numbersItem reports whether line begins with the number of a list's item.
func numbersItem(line string) bool {
	rest := strings.TrimLeft(line, "0123456789")
	return rest != "" && (rest[0] == '.' || rest[0] == ')') &&
		(len(rest) == 1 || strings.IndexByte(" \t\r\n", rest[1]) >= 0)
}
