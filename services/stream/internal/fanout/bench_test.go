package fanout

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/core/chat"
	"parley/core/history"
	"parley/stream/internal/guard"
	"parley/stream/internal/hub"
	"parley/testkit"
)

// void is a poller whose sockets take everything, at no cost.
type void struct{}

func (void) detach(net.Conn) (socket, error)         { return swallow{}, nil }
func (void) watch(socket, handle) error              { return nil }
func (void) await(socket, handle, bool) error        { return nil }
func (void) wait(l []readiness) ([]readiness, error) { return l, os.ErrClosed }
func (void) close() error                            { return nil }

type swallow struct{}

func (swallow) write(b []byte) (int, bool, error) { return len(b), false, nil }
func (swallow) discard() bool                     { return false }
func (swallow) close() error                      { return nil }

// BenchmarkTurn takes a publish to all streams of a room, of which one loop has
// so many: what a delivery costs besides the system call.
func BenchmarkTurn(b *testing.B) {
	for _, streams := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprint(streams), func(b *testing.B) {
			l, h := crowded(b, streams)
			r := l.rooms.at(0)
			m := chat.Message{ID: 1, Revision: 1, Room: "room-0", Username: "ada", Body: strings.Repeat("x", 150), CreatedAt: time.Now()}
			var payload []byte
			taken := newInbox().mail
			b.ReportAllocs()
			for b.Loop() {
				payload = m.AppendJSON(payload[:0])
				h.Ring("room-0", payload)
				taken = l.take(taken)
				l.now = time.Now()
				r.restsUntil = 0
				l.read(taken)
				l.tally.settle(l.engine.metrics)
				m.ID, m.Revision = m.ID+1, m.Revision+1
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(streams), "ns/delivery")
		})
	}
}

// crowded returns a loop that nobody runs, with streams of room-0, and the hub
// of its logs.
func crowded(b *testing.B, streams int) (*loop, *hub.Hub) {
	b.Helper()
	pool := testkit.Database(b)
	if _, err := pool.Exec(b.Context(), `INSERT INTO rooms (name) VALUES ('room-0')`); err != nil {
		b.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	engine, err := newEngine(Config{Loops: 1, Heartbeat: time.Hour, MaxAge: time.Hour}, log, NewMetrics(prometheus.NewRegistry()),
		func() (poller, error) { return void{}, nil })
	if err != nil {
		b.Fatal(err)
	}
	h := hub.New(history.NewStore(pool), quiet{}, log, hub.NewMetrics(prometheus.NewRegistry()), 0, engine)
	b.Cleanup(h.Close)
	l := engine.loops[0]
	for range streams {
		held, err := h.Acquire(b.Context(), "room-0", false)
		if err != nil {
			b.Fatal(err)
		}
		l.admit(entrant{
			Stream: Stream{Session: guard.NewSeat("ada", time.Now().Add(time.Hour)), Rooms: []Room{{Log: held, At: held.Head()}}},
			sock:   swallow{}, endsAt: time.Now().Add(time.Hour),
		})
	}
	return l, h
}
