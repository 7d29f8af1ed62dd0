package reads

import (
	"context"
	"math/rand/v2"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/session"
	"parley/testkit"
)

// world is a room, and who reads it by a session that comes and goes.
type world struct {
	t    *testing.T
	pool *pgxpool.Pool
	open pgx.Tx // nil if nothing is under way
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, pool: testkit.Database(t)}
	w.exec(`INSERT INTO users (username, password_hash, role) VALUES ('ada', 'x', 'member')`)
	w.exec(`INSERT INTO memberships (username, room, revision) VALUES ('ada', 'general', 1)`)
	t.Cleanup(func() { w.end(pgx.Tx.Rollback) })
	return w
}

func (w *world) exec(sql string) {
	w.t.Helper()
	if _, err := w.pool.Exec(context.Background(), sql); err != nil {
		w.t.Fatal(err)
	}
}

// begin does something in a transaction that stays open.
func (w *world) begin(sql string) {
	tx, err := w.pool.Begin(context.Background())
	if err == nil {
		_, err = tx.Exec(context.Background(), sql)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.open = tx
}

func (w *world) end(how func(pgx.Tx, context.Context) error) {
	if w.open == nil {
		return
	}
	if err := how(w.open, context.Background()); err != nil {
		w.t.Error(err)
	}
	w.open = nil
}

const (
	raise   = `UPDATE rooms SET head = head + 1 WHERE name = 'general'`
	signIn  = `INSERT INTO sessions (token_hash, username, expires_at) VALUES (decode(lpad('1', 64, '0'), 'hex'), 'ada', now() + interval '1 hour') ON CONFLICT DO NOTHING`
	signOut = `DELETE FROM sessions`
	expire  = `UPDATE sessions SET expires_at = now() + interval '30 ms'`
)

// step does something, or nothing.
func (w *world) step(what int) {
	if w.open != nil { // what waits for it would wait for ever
		if what < 3 {
			w.end(pgx.Tx.Commit)
		} else if what < 5 {
			w.end(pgx.Tx.Rollback)
		}
		return
	}
	switch what {
	case 0:
		w.exec(raise)
	case 1:
		w.begin(raise)
	case 2:
		w.begin(signIn)
	case 3:
		w.begin(signOut)
	case 4:
		w.exec(signOut)
	case 5:
		w.exec(signIn)
	case 6:
		w.exec(expire)
	}
}

// holds returns the room's head, and how many sessions there are.
func (w *world) holds() (head, live int64) {
	err := w.pool.QueryRow(context.Background(), `
		SELECT head, (SELECT count(*) FROM sessions WHERE expires_at > clock_timestamp()) FROM rooms WHERE name = 'general'`).Scan(&head, &live)
	if err != nil {
		w.t.Fatal(err)
	}
	return head, live
}

// Whatever is committed, rolled back or under way in between: what is found is
// what there is.
func TestFindIsAsOfNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := NewFinder(w.pool)
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	go f.Run(ctx)
	random := rand.New(rand.NewPCG(1, 2))
	key := Key{Session: session.Key{31: 1}, Username: "ada", Room: "general", Mine: true}
	for i := range 600 {
		w.step(random.IntN(12))
		_, before := w.holds()
		now, ok, err := f.Find(ctx, key)
		head, live := w.holds()
		if err != nil || (before == live && ok != (live == 1)) || (ok && (now.Room != head || now.Rooms != head)) {
			t.Fatalf("%d: found %+v, %v, %v; it is %d, with %d sessions", i, now, ok, err, head, live)
		}
	}
	if len(f.still.holds) == 0 {
		t.Error("nothing was remembered")
	}
}

func TestStill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s still
		key := func(n int) Key { return Key{Room: strconv.Itoa(n)} }
		find := func(snapshot string, asked ...int) (got int, others int) {
			var keys []Key
			for _, n := range asked {
				keys = append(keys, key(n))
			}
			found := make(map[Key]Now)
			left := s.find(snapshot, keys, found)
			return len(found), len(left)
		}
		until := time.Now().Add(time.Second)
		s.note("1:1:", map[Key]held{key(1): {until: until.Add(time.Second)}})
		s.note("1:1:", map[Key]held{key(2): {until: until}})
		for _, row := range []struct {
			snapshot    string
			asked       []int
			got, others int
		}{
			{"1:1:", []int{1, 2, 3}, 2, 1},
			{"1:2:1", []int{1, 2, 3}, 0, 3},
		} {
			if got, others := find(row.snapshot, row.asked...); got != row.got || others != row.others {
				t.Errorf("%+v: %d found, %d others", row, got, others)
			}
		}
		time.Sleep(time.Second)
		if got, _ := find("1:1:", 1, 2); got != 1 {
			t.Errorf("%d found when one has expired", got)
		}
		s.note("2:2:", nil)
		if !s.hasAny([]Key{key(5), key(1)}) || s.hasAny([]Key{key(5)}) {
			t.Error("what is remembered is not told")
		}
		s.note("2:2:", map[Key]held{key(3): {until: until.Add(time.Hour)}})
		if got, _ := find("2:2:", 1, 3); got != 1 {
			t.Errorf("%d found, where one was answered in this snapshot", got)
		}
		for n := range 2 * mostStill {
			s.note("2:2:", map[Key]held{key(n): {}})
		}
		if len(s.holds) > mostStill {
			t.Errorf("%d are remembered", len(s.holds))
		}
	})
}
