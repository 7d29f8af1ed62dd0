package retention

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"parley/core/trace"
	"parley/core/wire"
	"parley/messages/internal/change"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const day = 24 * time.Hour

// system is a database with rooms, and a replica's keeper.
type system struct {
	*Keeper
	t    testing.TB
	pool *pgxpool.Pool

	mu   sync.Mutex
	told []*wire.Room
}

func newSystem(t testing.TB, kept time.Duration) *system {
	t.Helper()
	s := &system{t: t, pool: testkit.Database(t)}
	s.Keeper = s.replica(kept)
	return s
}

// replica returns the keeper of another replica.
func (s *system) replica(kept time.Duration) *Keeper {
	s.t.Helper()
	changes := change.NewApplier(s.pool, func(_ *trace.Span, _ wire.Topic, event wire.Event) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if room, ok := event.(*wire.Room); ok {
			s.told = append(s.told, room)
		}
	})
	return New(s.pool, changes, kept, slog.New(slog.NewTextHandler(s.t.Output(), nil)), prometheus.NewRegistry())
}

func (s *system) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.pool.Exec(context.Background(), sql, args...); err != nil {
		s.t.Fatal(err)
	}
}

// say stores n messages, said so long ago, behind a room's head. Each had another
// body before.
func (s *system) say(room string, n int, ago time.Duration) {
	s.t.Helper()
	s.exec(`
		INSERT INTO rooms (name) VALUES ($1) ON CONFLICT DO NOTHING`, room)
	s.exec(`
		WITH raised AS (UPDATE rooms SET head = head + $2 WHERE name = $1 RETURNING head - $2 AS base), said AS (
			INSERT INTO messages (room, id, revision, username, body, created_at)
			SELECT $1, base + n, base + n, 'ada', 'hello', now() - $3::interval FROM raised, generate_series(1, $2) AS n
			RETURNING id
		)
		INSERT INTO message_versions (room, id, revision, body) SELECT $1, id, id, 'hallo' FROM said`, room, n, ago)
}

// state is what there is of a room: "head, floor: messages, versions".
func (s *system) state(room string) (state string) {
	s.t.Helper()
	err := s.pool.QueryRow(context.Background(), `
		SELECT format('%s, %s: %s, %s', head, floor,
			(SELECT count(*) FROM messages WHERE room = name), (SELECT count(*) FROM message_versions WHERE room = name))
		FROM rooms WHERE name = $1`, room).Scan(&state)
	if err != nil {
		s.t.Fatal(err)
	}
	return state
}

func (s *system) pass(want int64) {
	s.t.Helper()
	if n, err := s.Pass(context.Background()); err != nil || n != want {
		s.t.Fatalf("%d were deleted, %v; want %d", n, err, want)
	}
}

func TestWhatIsTooOldGoes(t *testing.T) {
	t.Parallel()
	s := newSystem(t, 90*day)
	s.say("mixed", 3, 91*day)
	s.say("mixed", 2, 89*day)
	s.say("old", 4, 91*day)
	s.say("young", 2, 89*day)
	s.say("almost", 2, 90*day+slack/2)
	s.say("archived", 2, 91*day)
	s.exec(`UPDATE rooms SET archived_at = now() WHERE name = 'archived'`)
	s.pass(9)
	for room, want := range map[string]string{
		"mixed": "6, 3: 2, 2", "old": "5, 4: 0, 0", "young": "2, 0: 2, 2", "almost": "2, 0: 2, 2", "archived": "3, 2: 0, 0",
	} {
		if got := s.state(room); got != want {
			t.Errorf("%s: %s, want %s", room, got, want)
		}
	}
	for _, room := range s.told {
		if room.Revision < 3 || room.Floor == 0 || room.Kind != "open" || room.Archived != (room.Room == "archived") {
			t.Errorf("told %+v", room)
		}
	}
	if len(s.told) != 3 {
		t.Errorf("%d were told of", len(s.told))
	}
	s.pass(0)
	if got := s.state("mixed"); got != "6, 3: 2, 2" {
		t.Errorf("a second pass changed it: %s", got)
	}
}

func TestRoomsSayForThemselves(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		deployment time.Duration
		room       string // retention
		gone       int64
	}{
		{0, "NULL", 0}, {0, "0", 0}, {0, "30", 1}, {0, "60", 0},
		{30 * day, "NULL", 1}, {30 * day, "0", 0}, {30 * day, "60", 0}, {60 * day, "30", 1}, {60 * day, "NULL", 0},
	} {
		t.Run(fmt.Sprint(row.deployment, " ", row.room), func(t *testing.T) {
			t.Parallel()
			s := newSystem(t, row.deployment)
			s.say("general", 1, 45*day)
			s.exec(`UPDATE rooms SET retention = ` + row.room)
			s.pass(row.gone)
		})
	}
}

// Where messages of old come behind younger ones, as an import puts them, they
// stay as long as these.
func TestNothingYoungGoesWithTheOld(t *testing.T) {
	t.Parallel()
	s := newSystem(t, 30*day)
	s.say("general", 2, 31*day)
	s.say("general", 1, 29*day)
	s.say("general", 2, 400*day)
	s.pass(2)
	if got := s.state("general"); got != "6, 2: 3, 3" {
		t.Errorf("it is %s", got)
	}
	s.exec(`UPDATE messages SET created_at = created_at - interval '2 days'`)
	s.pass(3)
}

// Many go in several rises and many batches; and what was begun is finished by
// another.
func TestMuchGoesBitByBit(t *testing.T) {
	t.Parallel()
	s := newSystem(t, 30*day)
	s.say("general", 2*stride+1, 31*day)
	s.say("general", 1, 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancelled := make(chan error, 1)
	go func() {
		_, err := s.Pass(ctx)
		cancelled <- err
	}()
	for s.rows() >= 2*stride {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-cancelled; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if left := s.rows(); left <= 1 {
		t.Fatal("it was over before it was cancelled")
	}
	if len(s.told) != 3 {
		t.Errorf("%d rises, want 3", len(s.told))
	}
	left := s.rows() - 1
	if n, err := s.replica(30 * day).Pass(t.Context()); err != nil || n != left {
		t.Errorf("the other deleted %d of %d, %v", n, left, err)
	}
}

func (s *system) rows() (n int64) {
	s.t.Helper()
	if err := s.pool.QueryRow(context.Background(), `SELECT count(*) FROM messages`).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// Floors rise whoever deletes; rows go by one replica at a time.
func TestOneReplicaDeletesAtATime(t *testing.T) {
	t.Parallel()
	s := newSystem(t, 30*day)
	s.say("general", 3, 31*day)
	err := pgx.BeginFunc(t.Context(), s.pool, func(tx pgx.Tx) error {
		if err := take(t.Context(), tx); err != nil {
			return err
		}
		if _, err := s.Pass(t.Context()); !errors.Is(err, errElsewhere) {
			t.Errorf("beside another: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.state("general"); got != "4, 3: 3, 3" {
		t.Errorf("it is %s", got)
	}
	s.pass(3)
}

// A room that is given more time meanwhile loses nothing.
func TestARoomThatIsGivenTimeLosesNothing(t *testing.T) {
	t.Parallel()
	s := newSystem(t, 30*day)
	s.say("general", 3, 31*day)
	rooms, err := s.due(t.Context())
	if err != nil || len(rooms) != 1 {
		t.Fatal(rooms, err)
	}
	s.exec(`UPDATE rooms SET retention = 0`)
	if err := s.expire(t.Context(), rooms[0]); err != nil {
		t.Fatal(err)
	}
	if got := s.state("general"); got != "3, 0: 3, 3" || len(s.told) > 0 {
		t.Errorf("it is %s", got)
	}
}
