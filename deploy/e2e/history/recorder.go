package history

import (
	"sync"
	"time"

	"parley/core/chat"
)

// Recorder writes a history down. Its methods may be called from any goroutine.
type Recorder struct {
	began time.Time

	mu       sync.Mutex
	posts    []Post
	clients  []*Client
	faults   []Fault
	interned map[Message]*Message
}

// NewRecorder begins a history.
func NewRecorder() *Recorder {
	return &Recorder{began: time.Now(), interned: make(map[Message]*Message)}
}

// Now returns the time since the beginning.
func (r *Recorder) Now() time.Duration { return time.Since(r.began) }

// Post adds an attempt, when its answer has come or is no longer waited for.
func (r *Recorder) Post(p Post) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.posts = append(r.posts, p)
}

// Client adds a client. Its connections belong to the caller until
// [Recorder.History].
func (r *Recorder) Client(name string) *Client {
	c := &Client{Name: name}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clients = append(r.clients, c)
	return c
}

// Fault adds something done to the system since from.
func (r *Recorder) Fault(name string, from time.Duration) {
	f := Fault{Name: name, From: from, To: r.Now()}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, f)
}

// Message returns the record of m, the same for all who saw the same: a
// thousand listeners cost no more than a thousand pointers.
func (r *Recorder) Message(m chat.Message) *Message {
	seen := Message{
		Room: m.Room, ID: m.ID, Revision: m.Revision,
		Username: m.Username, Body: m.Body, ClientID: m.ClientID, CreatedAt: m.CreatedAt.UnixMicro(),
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.interned[seen]; known != nil {
		return known
	}
	r.interned[seen] = &seen
	return &seen
}

// History returns what was written down. Nobody may record any more.
func (r *Recorder) History(rooms map[string]Room, replayLimit chat.Position) *History {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &History{ReplayLimit: replayLimit, Rooms: rooms, Posts: r.posts, Clients: r.clients, Faults: r.faults}
}
