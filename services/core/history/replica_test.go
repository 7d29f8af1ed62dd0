package history

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/access"
	"parley/core/backing"
	"parley/core/chat"
	"parley/core/wire"
	"parley/testkit"
)

// twin is a primary and a replica, and a store on both.
type twin struct {
	t        *testing.T
	standby  *testkit.PostgresServer
	pool     *pgxpool.Pool
	replica  *backing.Replica
	store    *Store
	primary  *Store
	replayed bool // the replica is not paused
}

func newTwin(t *testing.T) *twin {
	t.Helper()
	primary, standby := testkit.Pair(t)
	w := &twin{t: t, standby: standby, replayed: true}
	var replicas *backing.Replicas
	var err error
	w.pool, replicas, err = backing.Open(t.Context(), primary.URL("postgres"), []string{standby.URL("postgres")}, "test", 4, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.pool.Close)
	t.Cleanup(replicas.Close)
	w.replica, w.primary, w.store = replicas.All()[0], NewStore(w.pool), NewStore(w.pool).WithReplicas(replicas)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); replicas.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	w.exec(`INSERT INTO users (username, password_hash, role) VALUES ('ada', 'x', 'member'), ('bob', 'x', 'member')`)
	w.exec(`INSERT INTO rooms (name, kind) VALUES ('cabinet', 'private')`)
	w.exec(`INSERT INTO memberships (username, room, revision) VALUES ('ada', 'cabinet', 1)`)
	w.exec(`UPDATE users SET head = 1`)
	return w
}

func (w *twin) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.pool.Exec(w.t.Context(), sql, args...); err != nil {
		w.t.Fatal(err)
	}
}

// pause has the replica replay, or not.
func (w *twin) pause(on bool) {
	w.t.Helper()
	do := w.standby.Resume
	if on {
		do = w.standby.Pause
	}
	if err := do(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.replayed = !on
}

// step changes something in the room, or who is in it, each as a service does.
func (w *twin) step(dice *rand.Rand) {
	id := 1 + dice.IntN(20)
	switch dice.IntN(6) {
	case 0, 1:
		w.exec(`WITH raised AS (UPDATE rooms SET head = head + 1 WHERE name = 'cabinet' RETURNING head)
			INSERT INTO messages (room, id, revision, username, body) SELECT 'cabinet', head, head, 'bob', 'said at ' || head FROM raised`)
	case 2:
		w.exec(`WITH raised AS (UPDATE rooms SET head = head + 1 WHERE name = 'cabinet' RETURNING head)
			UPDATE messages SET revision = head, body = 'edited at ' || head FROM raised WHERE room = 'cabinet' AND deleted_at IS NULL
				AND id = (SELECT id FROM messages WHERE room = 'cabinet' AND deleted_at IS NULL ORDER BY id DESC LIMIT 1)`)
	case 3:
		w.exec(`WITH raised AS (UPDATE rooms SET head = head + 1 WHERE name = 'cabinet' RETURNING head)
			UPDATE messages SET revision = head, body = '', deleted_at = now() FROM raised WHERE room = 'cabinet' AND id = $1`, id)
	case 4:
		w.exec(`WITH raised AS (UPDATE users SET head = head + 1 WHERE username = 'ada' RETURNING head)
			UPDATE memberships SET revision = head, member = NOT member FROM raised WHERE username = 'ada'`)
	case 5:
		w.exec(`UPDATE users SET banned_at = CASE WHEN banned_at IS NULL THEN now() END WHERE username = 'ada'`)
	}
}

// ask asks the primary for access and the head, as both services do, and then the
// store.
func (w *twin) ask(cut Cut) (Stretch, error) {
	w.t.Helper()
	grants, err := access.NewStore(w.pool).Grants(w.t.Context(), []access.Key{{Username: "ada", Room: "cabinet"}})
	if err != nil {
		w.t.Fatal(err)
	}
	grant, may := grants[access.Key{Username: "ada", Room: "cabinet"}]
	if !may {
		return Stretch{}, ErrNotFound
	}
	return w.store.StretchFrom(w.t.Context(), "ada", "cabinet", cut, 5, grant.Room)
}

func (w *twin) head() (head, me chat.Position) {
	w.t.Helper()
	if err := w.pool.QueryRow(w.t.Context(), `SELECT r.head, p.head FROM rooms r, users p WHERE r.name = 'cabinet' AND p.username = 'ada'`).Scan(&head, &me); err != nil {
		w.t.Fatal(err)
	}
	return head, me
}

// Whatever is posted, edited and deleted, whoever is removed and comes back, and
// whether or not the replica replays: what is answered is what the primary holds.
func TestReplicaIsNeverStale(t *testing.T) {
	t.Parallel()
	w := newTwin(t)
	seed := rand.Uint64()
	t.Log("seed ", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	answered, behind := &w.replica.Answered, &w.replica.Behind
	for n := 0; n < 400 || n < 4000 && (answered.Load() < 100 || behind.Load() < 20); n++ { // how often is a matter of time
		if dice.IntN(12) == 0 {
			w.pause(w.replayed)
		}
		w.step(dice)
		head, me := w.head()
		at := chat.Position(dice.IntN(int(head) + 2))
		cut := []Cut{{}, {Before: at + 1}, {After: at}, {Around: at + 1}, {Oldest: true}, {Since: time.Now().Add(-time.Duration(dice.IntN(3000)) * time.Millisecond)}}[dice.IntN(6)]
		got, err := w.ask(cut)
		want, wantErr := w.primary.Stretch(t.Context(), "ada", "cabinet", cut, 5)
		if !errors.Is(err, wantErr) || !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v at head %d: %+v, %v; want %+v, %v", cut, head, got, err, want, wantErr)
		}
		for topic, least := range map[wire.Topic]chat.Position{"cabinet": head, "@ada": me} {
			page, err := w.store.AfterFrom(t.Context(), topic, at, 5, least)
			want, wantErr := w.primary.After(t.Context(), topic, at, 5)
			if err != nil || wantErr != nil || fmt.Sprint(positions(page.Events), page.Head, page.Upto) != fmt.Sprint(positions(want.Events), want.Head, want.Upto) || !reflect.DeepEqual(page.Events, want.Events) {
				t.Fatalf("%s after %d: %+v, %v; want %+v, %v", topic, at, page, err, want, wantErr)
			}
		}
		if dice.IntN(3) == 0 {
			w.catchUp()
		}
	}
	t.Logf("the replica answered %d times, was behind %d times, failed %d times", answered.Load(), behind.Load(), w.replica.Failed.Load())
	if answered.Load() < 100 || behind.Load() < 20 {
		t.Error("that proves little")
	}
}

// catchUp waits until the replica has all there is, unless it is paused, and is
// asked again.
func (w *twin) catchUp() {
	w.t.Helper()
	if !w.replayed {
		return
	}
	var lsn string
	if err := w.pool.QueryRow(w.t.Context(), `SELECT pg_current_wal_insert_lsn()::text`).Scan(&lsn); err != nil {
		w.t.Fatal(err)
	}
	for reached := false; !reached; {
		if err := w.replica.Pool.QueryRow(w.t.Context(), `SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn`, lsn).Scan(&reached); err != nil {
			w.t.Fatal(err)
		}
	}
}

// What a replica doesn't know yet is there nevertheless.
func TestReplicaThatNeverHeardOfIt(t *testing.T) {
	t.Parallel()
	w := newTwin(t)
	w.catchUp()
	w.pause(true)
	w.exec(`INSERT INTO rooms (name, kind) VALUES ('fresh', 'private')`)
	w.exec(`INSERT INTO memberships (username, room, revision) VALUES ('ada', 'fresh', 2)`)
	if found, err := w.store.StretchFrom(t.Context(), "ada", "fresh", Cut{}, 5, 0); err != nil {
		t.Errorf("%+v, %v", found, err)
	}
	if page, err := w.store.AfterFrom(t.Context(), "fresh", 0, 5, 0); err != nil {
		t.Errorf("%+v, %v", page, err)
	}
	if _, err := w.store.StretchFrom(t.Context(), "ada", "nowhere", Cut{}, 5, 0); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}
