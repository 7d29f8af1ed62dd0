package history

import (
	"strings"
	"time"

	"parley/core/chat"
	"parley/core/wire"
)

// Log is a room's or a person's log, as Postgres holds it. Each position above
// Since is held by one version of one thing: by the last, in Rows, or by one
// that a later has superseded, in Past.
type Log struct {
	Since   chat.Position // what is at or below was there before the run, and isn't judged
	Head    chat.Position
	Rows    []*Row // in order of revision
	Past    []*Row // in any order
	Private bool   // a room that exists only for those who are in it
	// Times say when a change was made, by its position: at the earliest just
	// before its commit. What isn't there was made before the run.
	Times map[chat.Position]time.Duration
}

// Row is a thing in a log as somebody saw it: stored, or in an event.
type Row struct {
	Log      string
	Key      string // "" for a message, which has an ID; "room", "person", "profile USERNAME", "membership ROOM"
	Revision chat.Position

	// Of a message.
	ID        chat.Position
	Username  string
	Body      string
	ClientID  string
	CreatedAt int64 // microseconds since 1970

	Data string // the payload, to the byte

	Member bool // of a membership
	Joined chat.Position
}

// The keys of what is no message.
const (
	roomKey       = "room"
	personKey     = "person"
	profileKey    = "profile "
	membershipKey = "membership "
)

// RowOf returns what e says, on the log of topic.
func RowOf(topic wire.Topic, e wire.Event) Row { return rowOf(topic, e, string(e.AppendJSON(nil))) }

func rowOf(topic wire.Topic, e wire.Event, data string) Row {
	row := Row{Log: string(topic), Revision: e.At(), Data: data}
	switch e := e.(type) {
	case *chat.Message:
		row.ID, row.Username, row.Body, row.ClientID = e.ID, e.Username, e.Body, e.ClientID
		row.CreatedAt = e.CreatedAt.UnixMicro()
	case *wire.Room:
		row.Key = roomKey
	case *wire.Profile:
		row.Key = profileKey + e.Username
	case *wire.Person:
		row.Key = personKey
	case *wire.Membership:
		row.Key, row.Member, row.Joined = membershipKey+e.Room, e.Member, e.Joined
	}
	return row
}

// room returns of which room a membership is, "" for other rows.
func (r *Row) room() string {
	room, ok := strings.CutPrefix(r.Key, membershipKey)
	if !ok {
		return ""
	}
	return room
}

// same reports whether r and o are versions of the same thing.
func (r *Row) same(o *Row) bool { return r.Log == o.Log && r.Key == o.Key && r.ID == o.ID }
