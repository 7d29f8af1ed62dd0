package event

import (
	"errors"
	"strconv"
	"strings"
)

// Cursor is where a client wants a room's stream to begin.
type Cursor struct {
	Room  string
	After Position // the last position it has; meaningful for CursorAfter only
	Kind  CursorKind
}

// CursorKind tells what a cursor asks for.
type CursorKind uint8

const (
	CursorHead       CursorKind = iota // no cursor: start at the head
	CursorAfter                        // everything after the position
	CursorUnreadable                   // not a position: the client must load anew
)

// ErrRooms is returned for a list of rooms that names none, too many, or one
// that can't exist.
var ErrRooms = errors.New("not a list of rooms")

// MaxRooms is how many rooms one stream can carry.
const MaxRooms = 100

// ParseCursor reads one room's cursor, a position in decimal, "" for none.
func ParseCursor(room, value string) Cursor {
	if value == "" {
		return Cursor{Room: room, Kind: CursorHead}
	}
	if at, ok := parsePosition(value); ok {
		return Cursor{Room: room, After: at, Kind: CursorAfter}
	}
	return Cursor{Room: room, Kind: CursorUnreadable}
}

// ParseCursors reads the cursors of a stream of many rooms: "general:42,random:7".
// A room without a position ("random") starts at its head. A room named twice
// counts once, the first time.
//
// lastEventID, if it is the tagged id of one of these rooms, wins over the
// list for that room: it is what a browser sends by itself when it reconnects.
func ParseCursors(list, lastEventID string) ([]Cursor, error) {
	if list == "" || strings.Count(list, ",") >= MaxRooms {
		return nil, ErrRooms
	}
	var cursors []Cursor
	seen := make(map[string]int)
	for item := range strings.SplitSeq(list, ",") {
		room, position, _ := strings.Cut(item, ":")
		if !ValidRoom(room) {
			return nil, ErrRooms
		}
		if _, again := seen[room]; again {
			continue
		}
		seen[room] = len(cursors)
		cursors = append(cursors, ParseCursor(room, position))
	}
	room, position, _ := strings.Cut(lastEventID, ":")
	if i, ok := seen[room]; ok && position != "" {
		cursors[i] = ParseCursor(room, position)
	}
	return cursors, nil
}

// parsePosition accepts decimal digits only: no sign, no space.
func parsePosition(s string) (Position, bool) {
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	at, err := strconv.ParseInt(s, 10, 64)
	return at, err == nil
}
