package hub

import (
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"parley/core/history"
	"parley/core/wire"
	"parley/testkit"
)

// order notes which logs grow, one after the other.
type order struct {
	deaf
	mu   sync.Mutex
	grew []wire.Topic
}

func (o *order) Grown(l *Log, _ int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.grew = append(o.grew, l.Topic)
}

func (o *order) topics() []wire.Topic {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.grew
}

// What people's logs have missed is read before what rooms have: nobody gets
// news of a room that they were removed from meanwhile.
func TestPeopleAreRepairedBeforeRooms(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), testkit.DatabaseURL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	exec := func(sql string) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO users (username, password_hash) SELECT 'p' || n, 'x' FROM generate_series(1, 20) n`)
	exec(`INSERT INTO rooms (name) SELECT 'room-' || n FROM generate_series(1, 20) n`)
	listener := &order{}
	h := New(history.NewStore(pool), quiet{}, slog.New(slog.NewTextHandler(io.Discard, nil)), NewMetrics(prometheus.NewRegistry()), 0, listener)
	t.Cleanup(h.Close)
	var topics []wire.Topic
	for n := range 20 {
		topics = append(topics, wire.RoomTopic(fmt.Sprint("room-", n+1)), wire.PersonTopic(fmt.Sprint("p", n+1)))
	}
	if _, err := h.AcquireAll(t.Context(), topics, true); err != nil {
		t.Fatal(err)
	}
	exec(`INSERT INTO memberships (username, room, revision) SELECT 'p' || n, 'general', 1 FROM generate_series(1, 20) n`)
	exec(`UPDATE users SET head = 1`)
	exec(`INSERT INTO messages (room, id, revision, username, body) SELECT 'room-' || n, 1, 1, 'p1', 'hi' FROM generate_series(1, 20) n`)
	exec(`UPDATE rooms SET head = 1 WHERE name LIKE 'room-%'`)
	h.compare(t.Context())
	for deadline := time.Now().Add(10 * time.Second); len(listener.topics()) < 40; {
		if time.Now().After(deadline) {
			t.Fatalf("only %v have grown", listener.topics())
		}
		<-time.After(time.Millisecond)
	}
	for i, topic := range listener.topics() {
		if _, person := topic.Person(); person != (i < 20) {
			t.Fatalf("%s is log %d to grow: %v", topic, i+1, listener.topics())
		}
	}
}
