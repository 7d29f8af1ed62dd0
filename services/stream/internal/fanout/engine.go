// Package fanout writes the frames of logs to sockets.
//
// It runs a few loops, one goroutine each, that own their streams: descriptor,
// cursors, timers. An idle stream is a struct and a descriptor; it has no goroutine,
// no buffer and no queue.
//
//	Log ──Grown──▶ inbox ─┐
//	handshake ──Add──▶    ├──▶ loop: for each sub of the room,
//	poller: writable, gone┘          write what follows its cursor
//
// Each write carries everything from the cursor to the end of the log's
// segment, straight from the log's memory. A socket that would block keeps its
// unwritten rest as a slice of that segment and waits for the poller; one that
// stays blocked, or falls out of the log, is closed and resumes.
package fanout

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"parley/core/chat"
	"parley/core/sse"
	"parley/core/wire"
	"parley/stream/internal/guard"
	"parley/stream/internal/hub"
)

// Config sets the times of a stream.
type Config struct {
	Loops     int           // goroutines that write
	Heartbeat time.Duration // of silence, before a ping
	MaxAge    time.Duration // of a stream, less a random fifth
}

// blockedPatience is how long a socket may take nothing before it is closed.
const blockedPatience = 10 * time.Second

// Owners take back what a stream held when it is closed.
type Owners struct {
	Logs    func(...*hub.Log)
	Session func(guard.Seat)

	// Retain adds a reader to a log that a stream gains.
	Retain func(*hub.Log)
	// Sync asks what the person of a log has; [Engine.Apply] brings the answer.
	// It must not block.
	Sync func(person *hub.Log)
	// SyncAgain is Sync if an answer is on its way.
	SyncAgain func(person *hub.Log)
}

// Stream is an event stream, of which nothing but Head is yet to be written up
// to the rooms' cursors.
type Stream struct {
	Conn    net.Conn // hijacked; nothing else reads or writes it any more
	Head    []byte   // goes out first, together with what the logs have
	Session guard.Seat
	Tagged  sse.Tagged

	// Everything makes the stream gain and lose rooms as its person does.
	Everything bool
	// Person is the log of the stream's person, which is among Rooms.
	Person *hub.Log
	// AsOf is the head of that log when it was asked what the person has.
	AsOf  chat.Position
	Rooms []Room
}

// Room is where a stream stands in one log.
type Room struct {
	Log        *hub.Log
	At         chat.Position // it has everything up to here
	Generation uint32        // of the log, in which At was found
	Silent     bool          // nothing of it is written
	Named      bool          // an open room that needs no membership
	Joined     chat.Position // the room's head when the person came in; of no meaning if Named
}

// ErrStopped is returned by Add when the engine is stopping.
var ErrStopped = errors.New("fanout stopped")

// Engine spreads streams over loops. It implements hub.Listener.
type Engine struct {
	config  Config
	log     *slog.Logger
	metrics *Metrics
	owners  Owners
	loops   []*loop
	next    atomic.Uint32
	// followed is how many deliveries are traced at present. It grows before a
	// log's head does.
	followed atomic.Int32
	running  sync.WaitGroup
}

// New returns an engine, its loops ready but not running.
func New(config Config, log *slog.Logger, metrics *Metrics) (*Engine, error) {
	return newEngine(config, log, metrics, newPoller)
}

func newEngine(config Config, log *slog.Logger, metrics *Metrics, newPoller func() (poller, error)) (*Engine, error) {
	e := &Engine{config: config, log: log, metrics: metrics}
	for range config.Loops {
		p, err := newPoller()
		if err != nil {
			return nil, errors.Join(err, e.closePollers())
		}
		e.loops = append(e.loops, newLoop(e, p))
	}
	return e, nil
}

// Start runs the loops until [Engine.Stop].
func (e *Engine) Start(owners Owners) {
	e.owners = owners
	for _, l := range e.loops {
		e.running.Go(l.run)
		e.running.Go(l.poll)
	}
}

// Add takes over a stream. Whatever happens, the engine gives its session and
// logs back to their owners, once.
func (e *Engine) Add(s Stream) error {
	l := e.loops[int(e.next.Add(1))%len(e.loops)]
	sock, err := l.poller.detach(s.Conn)
	if err != nil {
		e.giveBack(s.Session, s.Rooms)
		return err
	}
	s.Conn = nil                                         // used up
	age := e.config.MaxAge - rand.N(e.config.MaxAge/5+1) //nolint:gosec // spreads load
	if !l.add(entrant{Stream: s, sock: sock, endsAt: time.Now().Add(age)}) {
		e.giveBack(s.Session, s.Rooms)
		return errors.Join(ErrStopped, sock.close())
	}
	return nil
}

// Opened returns how many streams were ever added; the count wraps around.
func (e *Engine) Opened() uint32 { return e.next.Load() }

// Grown implements hub.Listener.
func (e *Engine) Grown(log *hub.Log, stored int64) {
	for _, l := range e.loops {
		l.grown(log, stored)
	}
}

// Changed implements hub.Listener.
func (e *Engine) Changed(log *hub.Log, event wire.Event) {
	for _, l := range e.loops {
		l.changedLog(log, event)
	}
}

// Notice implements hub.Listener.
func (e *Engine) Notice(log *hub.Log, n hub.Notice) {
	for _, l := range e.loops {
		l.notice(log, n)
	}
}

// SessionsEnded makes every loop look for streams whose session has ended.
func (e *Engine) SessionsEnded() {
	for _, l := range e.loops {
		l.ended()
	}
}

// Drain ends all streams, spread evenly over window, and returns when the last
// is closed or ctx ends. Streams added meanwhile are ended too.
func (e *Engine) Drain(ctx context.Context, window time.Duration) {
	until := time.Now().Add(window)
	for _, l := range e.loops {
		l.drain(until)
	}
	for _, l := range e.loops {
		select {
		case <-l.drained:
		case <-ctx.Done():
			return
		}
	}
}

// Stop closes what is left and waits for the loops to end.
func (e *Engine) Stop() error {
	for _, l := range e.loops {
		l.stop()
	}
	e.running.Wait()
	var errs []error
	for _, l := range e.loops {
		errs = append(errs, l.closeErr)
	}
	return errors.Join(errs...)
}

func (e *Engine) closePollers() error {
	var errs []error
	for _, l := range e.loops {
		errs = append(errs, l.poller.close())
	}
	return errors.Join(errs...)
}

func (e *Engine) giveBack(seat guard.Seat, rooms []Room) {
	for _, r := range rooms {
		e.owners.Logs(r.Log)
	}
	e.owners.Session(seat)
}
