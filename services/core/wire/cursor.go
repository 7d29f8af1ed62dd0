package wire

import (
	"errors"
	"strconv"
	"strings"

	"parley/core/chat"
)

// Cursor is where a client wants a log's stream to begin.
type Cursor struct {
	Topic Topic
	After chat.Position // the last position it has; meaningful for CursorAfter only
	Kind  CursorKind
}

// CursorKind tells what a cursor asks for.
type CursorKind uint8

// The kinds of cursors.
const (
	CursorHead       CursorKind = iota // no cursor: start at the head
	CursorAfter                        // everything after the position
	CursorUnreadable                   // not a position: the client must load anew
)

// ErrCursors is returned for a list of cursors that names too many logs, or
// one that can't exist.
var ErrCursors = errors.New("not a list of cursors")

// MaxCursors is how many logs a list of cursors can name.
const MaxCursors = 200

// ParseCursor reads one log's cursor, a position in decimal, "" for none.
func ParseCursor(topic Topic, value string) Cursor {
	if value == "" {
		return Cursor{Topic: topic, Kind: CursorHead}
	}
	if at, ok := parsePosition(value); ok {
		return Cursor{Topic: topic, After: at, Kind: CursorAfter}
	}
	return Cursor{Topic: topic, Kind: CursorUnreadable}
}

// ParseCursors reads the cursors of a stream of many logs:
// "@ada:7,general:42,random". A log without a position starts at its head. A
// log named twice counts once, the first time. An empty list names none.
//
// lastEventID, if it is a tagged id, wins over the list for its log: it is
// what a browser sends by itself when it reconnects.
func ParseCursors(list, lastEventID string) ([]Cursor, error) {
	if strings.Count(list, ",") >= MaxCursors {
		return nil, ErrCursors
	}
	var cursors []Cursor
	seen := make(map[Topic]int)
	if list != "" {
		for item := range strings.SplitSeq(list, ",") {
			name, position, _ := strings.Cut(item, ":")
			topic := Topic(name)
			if !topic.Valid() {
				return nil, ErrCursors
			}
			if _, again := seen[topic]; again {
				continue
			}
			seen[topic] = len(cursors)
			cursors = append(cursors, ParseCursor(topic, position))
		}
	}
	name, position, _ := strings.Cut(lastEventID, ":")
	last := Topic(name)
	if position == "" || !last.Valid() {
		return cursors, nil
	}
	if i, ok := seen[last]; ok {
		cursors[i] = ParseCursor(last, position)
		return cursors, nil
	}
	return append(cursors, ParseCursor(last, position)), nil
}

// parsePosition accepts decimal digits only: no sign, no space.
func parsePosition(s string) (chat.Position, bool) {
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	at, err := strconv.ParseInt(s, 10, 64)
	return at, err == nil
}
