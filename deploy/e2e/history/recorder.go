package history

import (
	"sync"
	"time"

	"parley/core/chat"
	"parley/core/wire"
)

// Recorder writes a history down. Its methods may be called from any goroutine.
type Recorder struct {
	began time.Time

	mu       sync.Mutex
	posts    []Post
	acts     []Act
	changes  []Change
	forged   []Row
	clients  []*Client
	faults   []Fault
	interned map[Row]*Row
}

// NewRecorder begins a history.
func NewRecorder() *Recorder {
	return &Recorder{began: time.Now(), interned: make(map[Row]*Row)}
}

// Now returns the time since the beginning.
func (r *Recorder) Now() time.Duration { return time.Since(r.began) }

// When returns when t was, since the beginning.
func (r *Recorder) When(t time.Time) time.Duration { return t.Sub(r.began) }

// Post adds an attempt, when its answer has come or is no longer waited for.
func (r *Recorder) Post(p Post) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.posts = append(r.posts, p)
}

// Act adds an attempt at a change of membership, when its answer has come or is
// no longer waited for.
func (r *Recorder) Act(a Act) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.acts = append(r.acts, a)
}

// Change adds an attempt at a change of a message, when its answer has come or
// is no longer waited for.
func (r *Recorder) Change(c Change) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes = append(r.changes, c)
}

// Forged adds what was published, and never stored.
func (r *Recorder) Forged(row Row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forged = append(r.forged, row)
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

// Fault adds something done to the system since f.From, and done with.
func (r *Recorder) Fault(f Fault) {
	f.To = r.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, f)
}

// Row returns the record of an event of a log, which came as data, the same for
// all who saw the same: a thousand listeners cost no more than a thousand pointers.
func (r *Recorder) Row(topic wire.Topic, e wire.Event, data string) *Row {
	seen := rowOf(topic, e, data)
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.interned[seen]; known != nil {
		return known
	}
	r.interned[seen] = &seen
	return &seen
}

// History returns what was written down, of logs as they are stored. Nobody may
// record any more.
func (r *Recorder) History(logs map[string]Log, replayLimit chat.Position, grace time.Duration) *History {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &History{ReplayLimit: replayLimit, Grace: grace, Logs: logs, Posts: r.posts, Acts: r.acts, Changes: r.changes, Forged: r.forged, Clients: r.clients, Faults: r.faults}
}
