package chat

// The lengths of names, in bytes.
const (
	MaxRoomName = 100
	MinUsername = 2
	MaxUsername = 32
)

// ValidRoom reports whether name can be a room's: [a-z0-9][a-z0-9_-]{0,99}.
func ValidRoom(name string) bool {
	if name == "" || len(name) > MaxRoomName {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if !letterOrDigit(c) && (i == 0 || c != '_' && c != '-') {
			return false
		}
	}
	return true
}

// ValidUsername reports whether name can be a person's: [a-z0-9][a-z0-9_.-]{1,31}.
func ValidUsername(name string) bool {
	if len(name) < MinUsername || len(name) > MaxUsername {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if !letterOrDigit(c) && (i == 0 || c != '_' && c != '.' && c != '-') {
			return false
		}
	}
	return true
}

// FoldUsername returns name in lower case; ok is false if it then is no valid
// username. It folds ASCII only: the Kelvin sign is no k.
func FoldUsername(name string) (folded string, ok bool) {
	lower := []byte(name)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	folded = string(lower)
	return folded, ValidUsername(folded)
}

func letterOrDigit(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }
