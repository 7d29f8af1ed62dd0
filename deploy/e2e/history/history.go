// Package history holds what a run against Parley wrote down, and judges it.
//
//	posters ──Post──┐
//	                ├─▶ Recorder ──▶ History ──Check──▶ violations, each with
//	listeners ──────┘       ▲                           the smallest account
//	        Connection,     │
//	        Event        Stored: the rows of Postgres at the end
//
// Times are since the beginning of the run, on one monotonic clock, so that
// "answered before the other was sent" means what it says.
package history

import (
	"time"

	"parley/core/chat"
)

// History is a whole run. Check doesn't change it.
type History struct {
	// ReplayLimit is the services' setting: a client further behind may be reset.
	ReplayLimit chat.Position
	Rooms       map[string]Room // as stored in the end
	Posts       []Post
	Clients     []*Client
	Faults      []Fault // what was done to the system, for the accounts
}

// Room is a room as Postgres holds it.
type Room struct {
	Head     chat.Position
	Messages []*Message // in order of revision
}

// Message is a message as somebody saw it: a row, or an event.
type Message struct {
	Room         string
	ID, Revision chat.Position
	Username     string
	Body         string
	ClientID     string
	CreatedAt    int64 // microseconds since 1970
}

// Post is one attempt to store a message. Each message that is meant has a body
// of its own; attempts that share one are repetitions, with the same ClientID.
type Post struct {
	Room     string
	Username string
	Body     string
	ClientID string // "" for none: there is one attempt then
	Sent     time.Duration
	Answered time.Duration
	Status   int // 0: no answer came
	ID       chat.Position
}

// acknowledged reports whether the answer says that the message is stored.
func (p *Post) acknowledged() bool { return p.Status == 200 || p.Status == 201 }

// refused reports whether the answer says that the message was not stored and
// won't be. After any other, and after none, it may be.
func (p *Post) refused() bool { return p.Status >= 400 && p.Status < 500 }

// Client is one listener, over all its connections.
type Client struct {
	Name        string
	Connections []*Connection // in the order in which they were opened
	Left        bool          // before the end: it need not have reached the heads
}

// Connection is one request for a stream, and what came of it.
type Connection struct {
	Opened  time.Duration
	Cursors []Cursor // asked for
	Status  int      // 0: no answer came
	Events  []Event
	Ended   time.Duration
	End     string // why, as the client saw it
}

// Cursor is where a connection asked to begin in a room.
type Cursor struct {
	Room  string
	After chat.Position // Head for the room's head
}

// Head asks to begin at the head.
const Head chat.Position = -1

// Kind is what an event says.
type Kind uint8

// The kinds of events. Odd is whatever the contract doesn't know.
const (
	Said Kind = iota // a message
	Ready
	Reset
	Odd
)

// Event is one event of a stream; pings are not recorded.
type Event struct {
	At       time.Duration
	Kind     Kind
	Room     string
	Position chat.Position // the id of the frame
	Message  *Message      // for Said
	Text     string        // for Odd
}

// Fault is something that was done to the system.
type Fault struct {
	Name     string
	From, To time.Duration
}
