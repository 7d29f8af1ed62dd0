package load

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"parley/core/sse"
	"parley/core/wire"
	"parley/deploy/e2e/client"
	"parley/deploy/e2e/history"
)

const (
	silence  = 5 * time.Second // two pings of 2 s missed: the connection is dead
	minBack  = 20 * time.Millisecond
	maxBack  = 250 * time.Millisecond
	slowPace = 8 * time.Millisecond // a slow reader's for an event
)

var (
	errCut     = errors.New("cut by the client")
	errSilence = errors.New("silence: taken for dead")
)

// listener follows rooms over any number of streams, as a page does, and
// records all that it sees. Of what it sees it takes only the positions.
type listener struct {
	of     *Run
	name   string
	user   *client.User
	client *http.Client
	rooms  []string // that it asks for by name
	tagged bool     // by /chat/stream
	all    bool     // and so to everything of its user's
	stay   time.Duration
	pace   time.Duration
	rng    *rand.Rand
	record *history.Client

	mu    sync.Mutex
	at    map[string]int64 // by log; history.Head until known
	ready map[string]bool  // on the open stream
	gone  map[string]bool  // left
	heard bool             // all that it asks for was ready at some time
	end   context.CancelCauseFunc
}

// newListener returns one that begins with its rooms. Its kind, a number from
// 0, says what it listens to: every fourth to all rooms, others to one.
func newListener(r *Run, name string, kind int) *listener {
	l := &listener{of: r, name: name, user: r.site.Users[kind%len(r.site.Users)].At(r.site.URL), client: streamClient}
	switch kind % 4 {
	case 3:
		l.rooms, l.tagged = r.Rooms, true
	case 2:
		l.rooms = r.Rooms[kind/4%len(r.Rooms):][:1]
	default:
		l.rooms = r.Rooms[:1]
	}
	l.begin()
	if l.tagged {
		l.everything()
	}
	return l
}

func (l *listener) begin() {
	l.at, l.end = make(map[string]int64), func(error) {}
	l.ready, l.gone = make(map[string]bool), make(map[string]bool)
	for _, room := range l.rooms {
		l.at[room] = 0
	}
}

// everything lets it listen to all that its user has, from now on, and to the
// rooms that it names from their beginning.
func (l *listener) everything() {
	l.begin()
	l.tagged, l.all = true, true
	l.at[l.own()] = history.Head
}

// own is the log of the user.
func (l *listener) own() string { return string(wire.PersonTopic(l.user.Name)) }

// recorded has what it sees written down.
func (l *listener) recorded() {
	l.record = l.of.recorder.Client(l.name)
	l.record.Person, l.record.Everything, l.record.Slow = l.user.Name, l.all, l.pace > 0
}

// beginAnywhere lets each room begin at its head or its beginning.
func (l *listener) beginAnywhere() {
	for _, room := range l.rooms {
		if l.rng.IntN(2) == 0 {
			l.at[room] = history.Head
		}
	}
}

func (l *listener) run(ctx context.Context) {
	for ctx.Err() == nil {
		l.connect(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(minBack + time.Duration(l.rng.Int64N(int64(maxBack)))):
		}
	}
}

// connect opens one stream and reads it to its end.
func (l *listener) connect(ctx context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	connection := &history.Connection{Opened: l.of.recorder.Now()}
	l.record.Connections = append(l.record.Connections, connection)
	l.mu.Lock()
	l.end = cancel
	clear(l.ready)
	for _, log := range slices.Sorted(maps.Keys(l.at)) {
		connection.Cursors = append(connection.Cursors, history.Cursor{Log: log, After: l.at[log]})
	}
	l.mu.Unlock()
	if l.stay > 0 {
		leave := time.AfterFunc(time.Duration(l.rng.ExpFloat64()*float64(l.stay)), func() { cancel(errCut) })
		defer leave.Stop()
	}
	err := l.read(ctx, cancel, connection)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	connection.Ended = l.of.recorder.Now()
	if connection.End == "" {
		connection.End = fmt.Sprintf("%.80s", err)
	}
	l.mu.Lock()
	clear(l.ready)
	l.mu.Unlock()
}

func (l *listener) read(ctx context.Context, cancel context.CancelCauseFunc, connection *history.Connection) error {
	dead := time.AfterFunc(silence, func() { cancel(errSilence) })
	defer dead.Stop()
	req, err := l.request(ctx, connection.Cursors)
	if err != nil {
		return err
	}
	resp, err := l.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	connection.Status = resp.StatusCode
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	reader := sse.NewReader(resp.Body)
	for {
		e, err := reader.Next()
		if err != nil {
			return err
		}
		dead.Reset(silence)
		l.take(connection, e)
		if l.pace > 0 && l.of.posting.Err() == nil {
			time.Sleep(l.pace) // a slow reader is one, while there is news
		}
	}
}

func (l *listener) request(ctx context.Context, cursors []history.Cursor) (*http.Request, error) {
	var after []string
	for _, c := range cursors {
		at := ""
		if c.After != history.Head {
			at = strconv.FormatInt(c.After, 10)
		}
		if l.tagged {
			at = strings.TrimSuffix(c.Log+":"+at, ":")
		}
		after = append(after, at)
	}
	list := strings.Join(after, ",")
	path, lastEventID := "/chat/stream?after="+list, ""
	if !l.tagged {
		path = "/chat/" + l.rooms[0] + "/stream"
		if l.rng.IntN(2) == 0 {
			path += "?after=" + list
		} else {
			lastEventID = list
		}
	}
	req, err := l.user.Request(ctx, http.MethodGet, path, nil)
	if err == nil && lastEventID != "" {
		req.Header.Set("Last-Event-ID", lastEventID)
	}
	return req, err
}

// cut ends the open stream, if any.
func (l *listener) cut(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end(cause)
}

// live returns an error unless the listener is live, or was and has cut its
// stream itself. A slow one may never be.
func (l *listener) live() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pace == 0 && !l.whole() && (l.stay == 0 || !l.heard) {
		return fmt.Errorf("%s is not live", l.name)
	}
	return nil
}

// whole reports whether all that it asks for is ready. The caller holds mu.
func (l *listener) whole() bool {
	if l.all && !l.ready[l.own()] {
		return false
	}
	return !slices.ContainsFunc(l.rooms, func(room string) bool { return !l.ready[room] })
}

// reached returns an error unless the listener is at the heads of all that it
// listens to. Which rooms of its user's those are, its own log has told.
func (l *listener) reached(logs map[string]history.Log) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, at := range l.at {
		if head := logs[name].Head; at < head {
			return fmt.Errorf("%s is at %d of %d in %s", l.name, at, head, name)
		}
	}
	return nil
}
