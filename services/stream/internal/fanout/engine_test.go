package fanout

import (
	"context"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"parley/core/chat"
	"parley/core/history"
	"parley/core/sse"
	"parley/core/wire"
	"parley/stream/internal/guard"
	"parley/stream/internal/hub"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const patience = 15 * time.Second

// quiet is a Bell that has nothing to wait for: tests ring by hand.
type quiet struct{}

func (quiet) Join(wire.Topic) <-chan struct{} {
	ready := make(chan struct{})
	close(ready)
	return ready
}

func (quiet) Leave(wire.Topic) {}

// testBundle is a running engine with a hub whose rooms are in Postgres, and
// whose publishes the test makes up.
type testBundle struct {
	t      testing.TB
	engine *Engine
	hub    *hub.Hub
	pool   *pgxpool.Pool
	seats  atomic.Int64 // given back
	logs   atomic.Int64
	syncs  atomic.Int64 // asked for
	onSync func()       // in the goroutine of the loop that asks
	listen net.Listener
}

var pollers = map[string]func() (poller, error){
	"native":     newPoller,
	"goroutines": func() (poller, error) { return newGoroutines(), nil },
}

// start returns a bundle whose rooms are room-0 … room-(n-1).
func start(t testing.TB, newPoller func() (poller, error), rooms int) *testBundle {
	t.Helper()
	return startLoops(t, newPoller, rooms, 2)
}

func startLoops(t testing.TB, newPoller func() (poller, error), rooms, loops int) *testBundle {
	t.Helper()
	pool := testkit.Database(t)
	if _, err := pool.Exec(t.Context(), `INSERT INTO rooms (name) SELECT 'room-' || n FROM generate_series(0, $1) n`, rooms-1); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	engine, err := newEngine(Config{Loops: loops, Heartbeat: time.Hour, MaxAge: time.Hour}, log, NewMetrics(prometheus.NewRegistry()), newPoller)
	if err != nil {
		t.Fatal(err)
	}
	b := &testBundle{t: t, engine: engine, pool: pool}
	b.hub = hub.New(history.NewStore(pool), quiet{}, log, hub.NewMetrics(prometheus.NewRegistry()), 0, engine)
	t.Cleanup(b.hub.Close)
	engine.Start(Owners{
		Logs:   func(logs ...*hub.Log) { b.logs.Add(int64(len(logs))); b.hub.Release(logs...) },
		Retain: b.hub.Retain,
		Sync: func(*hub.Log) {
			b.syncs.Add(1)
			if b.onSync != nil {
				b.onSync()
			}
		},
		SyncAgain: func(*hub.Log) {},
		Session:   func(guard.Seat) { b.seats.Add(1) },
	})
	t.Cleanup(func() {
		if err := engine.Stop(); err != nil {
			t.Error(err)
		}
	})
	cfg := ListenConfig()
	if b.listen, err = cfg.Listen(t.Context(), "tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.listen.Close() })
	for i := range rooms { // what is rung before a room is open is for nobody
		if _, err := b.hub.Acquire(t.Context(), roomName(i), false); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func roomName(i int) wire.Topic { return wire.Topic("room-" + strconv.Itoa(i)) }

// open adds a stream of room from its present head, and returns the client's end.
func (b *testBundle) open(room wire.Topic) net.Conn {
	b.t.Helper()
	client, err := net.Dial("tcp", b.listen.Addr().String())
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = client.Close() })
	server, err := b.listen.Accept()
	if err != nil {
		b.t.Fatal(err)
	}
	log, err := b.hub.Acquire(b.t.Context(), room, false)
	if err != nil {
		b.t.Fatal(err)
	}
	seat := guard.NewSeat("ada", time.Now().Add(time.Hour))
	if err := b.engine.Add(Stream{Conn: server, Session: seat, Rooms: []Room{{Log: log, At: log.Head()}}}); err != nil {
		b.t.Fatal(err)
	}
	return client
}

// ring publishes position at of room.
func (b *testBundle) ring(room wire.Topic, at chat.Position, body string) {
	m := chat.Message{ID: at, Revision: at, Room: string(room), Username: "ada", Body: body}
	b.hub.Ring(room, m.AppendJSON(nil))
}

// read checks that a stream of room-0 carries the positions 1 … to, each
// once and in order, and nothing else.
func read(t testing.TB, reader *sse.Reader, to chat.Position) {
	t.Helper()
	room := roomName(0)
	for at := chat.Position(0); at < to; {
		e, err := reader.Next()
		if err != nil {
			t.Errorf("%s after %d: %v", room, at, err)
			return
		}
		if e.Name == "ready" {
			continue
		}
		if at++; e.Name != room.EventName() || e.ID != strconv.FormatInt(at, 10) {
			t.Errorf("%s: got %s %s, want position %d", room, e.Name, e.ID, at)
			return
		}
	}
}

func (b *testBundle) await(what string, met func() bool) {
	b.t.Helper()
	for deadline := time.Now().Add(patience); !met(); {
		if time.Now().After(deadline) {
			b.t.Fatal(what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func TestBurstsReachEveryReader(t *testing.T) {
	t.Parallel()
	for name, newPoller := range pollers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, newPoller, 1)
			const readers, messages = 20, 400
			var reading sync.WaitGroup
			for range readers {
				conn := b.open("room-0")
				reading.Go(func() { read(t, sse.NewReader(conn), messages) })
			}
			body := strings.Repeat("x", 500)
			for at := chat.Position(1); at <= messages; at++ {
				b.ring("room-0", at, body)
			}
			reading.Wait()
		})
	}
}

// TestBlockedSocketResumes fills a socket's buffers until writes come up short,
// then reads: not a byte may be missing or come twice.
func TestBlockedSocketResumes(t *testing.T) {
	t.Parallel()
	for name, newPoller := range pollers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, newPoller, 1)
			conn := b.open("room-0")
			reader := sse.NewReader(conn)
			if e, err := reader.Next(); err != nil || e.Name != "ready" {
				t.Fatal(e, err)
			}
			// 2 MB: less than the log holds, far more than the socket does.
			const messages = 500
			body := strings.Repeat("y", chat.MaxBody)
			for at := chat.Position(1); at <= messages; at++ {
				b.ring("room-0", at, body)
			}
			read(t, reader, messages)
		})
	}
}

// TestStreamsNeverGetEachOthersBytes opens and closes streams of many rooms
// while messages flow, so that descriptors and slots are used again at once.
func TestStreamsNeverGetEachOthersBytes(t *testing.T) {
	t.Parallel()
	for name, newPoller := range pollers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const rooms, turns, burst = 4, 40, 25
			b := start(t, newPoller, rooms)
			heads := make([]chat.Position, rooms)
			for turn := range turns {
				room := roomName(turn % rooms)
				conns := []net.Conn{b.open(room), b.open(room), b.open(room)}
				var posting sync.WaitGroup
				for i := range rooms {
					posting.Go(func() {
						for range burst {
							heads[i]++
							b.ring(roomName(i), heads[i], "of "+string(roomName(i)))
						}
					})
				}
				for _, conn := range conns { // closed while the burst is under way
					foreign(t, conn, room, burst/2)
					_ = conn.Close()
				}
				posting.Wait()
			}
			b.await("not every stream was given back", func() bool {
				return b.seats.Load() == 3*turns && b.logs.Load() == 3*turns
			})
		})
	}
}

// foreign reads a few frames and fails if one is of another room.
func foreign(t *testing.T, conn net.Conn, room wire.Topic, frames int) {
	t.Helper()
	reader := sse.NewReader(conn)
	for range frames {
		e, err := reader.Next()
		if err != nil {
			t.Error(err)
			return
		}
		if e.Name != "ready" && e.Name != room.EventName() {
			t.Errorf("a stream of %s got %s: %s", room, e.Name, e.Data)
		}
	}
}

func TestGonePeersAreNoticed(t *testing.T) {
	t.Parallel()
	for name, newPoller := range pollers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, newPoller, 1)
			closed, reset, noisy := b.open("room-0"), b.open("room-0"), b.open("room-0")
			stays := b.open("room-0")
			if _, err := io.WriteString(noisy, "GET / HTTP/1.1\r\n\r\n"); err != nil { // is read away
				t.Fatal(err)
			}
			_ = closed.Close()
			_ = reset.(*net.TCPConn).SetLinger(0)
			_ = reset.Close()
			b.await("closed peers were not noticed", func() bool { return b.seats.Load() == 2 })
			b.ring("room-0", 1, "x")
			read(t, sse.NewReader(noisy), 1)
			read(t, sse.NewReader(stays), 1)
		})
	}
}

func TestEngineLeavesNothingBehind(t *testing.T) {
	for name, newPoller := range pollers {
		t.Run(name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			given := drainOne(t, newPoller)
			if given != 2 {
				t.Errorf("%d seats were given back", given)
			}
			goleak.VerifyNone(t, before)
		})
	}
}

// drainOne runs an engine with one stream, drains and stops it, offers it
// another, and returns how many seats came back.
func drainOne(t *testing.T, newPoller func() (poller, error)) (given int) {
	t.Helper()
	engine, err := newEngine(Config{Loops: 2, Heartbeat: time.Hour, MaxAge: time.Hour}, slog.New(slog.DiscardHandler),
		NewMetrics(prometheus.NewRegistry()), newPoller)
	if err != nil {
		t.Fatal(err)
	}
	engine.Start(Owners{Session: func(guard.Seat) { given++ }})
	client, server := pair(t)
	seat := guard.NewSeat("ada", time.Now().Add(time.Hour))
	if err := engine.Add(Stream{Conn: server, Session: seat}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	engine.Drain(ctx, 0)
	if all, err := io.ReadAll(client); err != nil || string(all) != "event: end\ndata: {\"reason\":\"drain\"}\n\n" {
		t.Errorf("got %q, %v", all, err)
	}
	if err := engine.Stop(); err != nil {
		t.Error(err)
	}
	if err := engine.Add(Stream{Conn: client, Session: seat}); err == nil {
		t.Error("a stopped engine takes a stream")
	}
	return given
}

// pair returns the two ends of a TCP connection.
func pair(t *testing.T) (client, server net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if client, err = net.Dial("tcp", listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	return client, server
}

// TestDeliveryDoesNotAllocate holds the hot path: a message to many streams.
func TestDeliveryDoesNotAllocate(t *testing.T) {
	b := start(t, newPoller, 1)
	const streams = 50
	for range streams {
		conn := b.open("room-0")
		go func() { _, _ = io.Copy(io.Discard, conn) }()
	}
	log, err := b.hub.Acquire(t.Context(), "room-0", false)
	if err != nil {
		t.Fatal(err)
	}
	at := chat.Position(0)
	payloads := make([][]byte, 300)
	for i := range payloads {
		m := chat.Message{ID: int64(i + 1), Revision: int64(i + 1), Room: "room-0", Username: "ada", Body: "x"}
		payloads[i] = m.AppendJSON(nil)
	}
	perMessage := testing.AllocsPerRun(len(payloads)-1, func() {
		b.hub.Ring("room-0", payloads[at])
		at++
		b.await("not delivered", func() bool { return log.Head() == at })
	})
	// Reading the payload and growing the log allocate; 50 deliveries don't.
	if perMessage > 30 {
		t.Errorf("%v allocations a message to %d streams", perMessage, streams)
	}
}

// sink is a socket that takes everything.
type sink struct{ closed bool }

func (*sink) write(b []byte) (int, bool, error) { return len(b), false, nil }
func (*sink) discard() bool                     { return false }
func (s *sink) close() error                    { s.closed = true; return nil }

// A log that is ahead of Postgres starts anew, maybe between the moments when a
// loop reads its head and what leads there.
func TestLogThatIsRestartedUnderAReader(t *testing.T) {
	t.Parallel()
	engine := &Engine{metrics: NewMetrics(prometheus.NewRegistry()), owners: Owners{Logs: func(...*hub.Log) {}, Session: func(guard.Seat) {}}}
	l := newLoop(engine, newGoroutines())
	pool := testkit.Database(t)
	h := hub.New(history.NewStore(pool), quiet{}, engine.log, hub.NewMetrics(prometheus.NewRegistry()), 0)
	t.Cleanup(h.Close)
	log, err := h.Acquire(t.Context(), "general", false)
	if err != nil {
		t.Fatal(err)
	}
	sock := &sink{}
	c := l.table.put()
	c.sock = sock
	s := l.join(c, Room{Log: log})
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.advance(c, s, l.rooms.get(log), 1, &window{})
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("the loop spins")
	}
	if !sock.closed {
		t.Error("the stream was not ended")
	}
}
