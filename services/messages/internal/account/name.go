package account

// The lengths of a username, in bytes.
const (
	minUsername = 2
	maxUsername = 32
)

// foldName returns name in lower case; ok is false if it then isn't
// [a-z0-9][a-z0-9_.-]{1,31}. Only ASCII is folded: the Kelvin sign is no k.
func foldName(name string) (folded string, ok bool) {
	if len(name) < minUsername || len(name) > maxUsername {
		return "", false
	}
	lower := []byte(name)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
			lower[i] = c
		}
		letter := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
		if !letter && (i == 0 || c != '_' && c != '.' && c != '-') {
			return "", false
		}
	}
	return string(lower), true
}
