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
	// Grace is how long after its end a membership may still bring events.
	Grace   time.Duration
	Logs    map[string]Log // as stored in the end, by topic: "general", "@ada"
	Posts   []Post
	Acts    []Act
	Changes []Change
	Kept    []Body              // what was replaced, as kept for owners; nil: nobody asked
	Pages   map[string][]string // what the history API answers in the end, by room, oldest first; nil: nobody asked
	Forged  []Row               // what somebody else published
	Clients []*Client
	Faults  []Fault // what was done to the system, for the accounts
}

// Post is one attempt to store a message. Each message that is meant has a body
// of its own; attempts that share one are repetitions, with the same ClientID.
type Post struct {
	Room     string
	Username string
	Body     string
	ClientID string // "" for none: there is one attempt then
	ReplyTo  chat.Position
	Thread   chat.Position
	Sent     time.Duration
	Answered time.Duration
	Status   int // 0: no answer came
	ID       chat.Position
}

// Body is what a message said up to a revision.
type Body struct {
	Room     string
	ID       chat.Position
	Revision chat.Position
	Body     string
}

// acknowledged reports whether the answer says that the message is stored.
func (p *Post) acknowledged() bool { return p.Status == 200 || p.Status == 201 }

// refused reports whether the answer says that the message was not stored and
// won't be. After any other, and after none, it may be.
func (p *Post) refused() bool { return p.Status >= 400 && p.Status < 500 }

// Client is one listener, over all its connections.
type Client struct {
	Name        string
	Person      string        // whose streams; "" if it is of no interest
	Everything  bool          // by /chat/stream: rooms come and go with memberships
	Slow        bool          // it reads late, so what it gets late was not sent late
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

// Cursor is where a connection asked to begin in a log.
type Cursor struct {
	Log   string
	After chat.Position // Head for the log's head
}

// Head asks to begin at the head.
const Head chat.Position = -1

// Kind is what an event says.
type Kind uint8

// The kinds of events. Odd is whatever the contract doesn't know.
const (
	Said Kind = iota // a row: a message, or whatever else a log holds
	Ready
	Reset
	Notice // typing, presence: without a position
	Odd
)

// Event is one event of a stream; pings are not recorded.
type Event struct {
	At       time.Duration
	Kind     Kind
	Log      string
	Position chat.Position // the id of the frame
	Row      *Row          // for Said
	Text     string        // for Notice and Odd
}

// Fault is something that was done to the system.
type Fault struct {
	Name     string
	From, To time.Duration
	Holds    bool // what was sent may lie somewhere until its end
}
