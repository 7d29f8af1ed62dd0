package roster

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"parley/core/access"
	"parley/core/history"
	"parley/core/wire"
	"parley/stream/internal/fanout"
	"parley/stream/internal/hub"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const wait = 15 * time.Second

// quiet is a Bell that has nothing to wait for.
type quiet struct{}

func (quiet) Join(wire.Topic) <-chan struct{} {
	ready := make(chan struct{})
	close(ready)
	return ready
}

func (quiet) Leave(wire.Topic) {}

// applied writes down what is applied, and gives the logs back.
type applied struct {
	hub   *hub.Hub
	rooms chan fanout.Rooms
}

func (a *applied) Apply(rooms fanout.Rooms) {
	for _, r := range rooms.In {
		a.hub.Release(r.Log)
	}
	a.rooms <- rooms
}

type bundle struct {
	*Roster
	t    *testing.T
	pool *pgxpool.Pool
	hub  *hub.Hub
	to   *applied
}

func start(t *testing.T) *bundle {
	t.Helper()
	pool := testkit.Database(t)
	_, err := pool.Exec(t.Context(), `
		INSERT INTO users (username, password_hash, head) VALUES ('ada', 'x', 2), ('bob', 'x', 0);
		INSERT INTO rooms (name, kind, head) VALUES ('cabinet', 'private', 7);
		INSERT INTO memberships (username, room, revision, joined) VALUES ('ada', 'general', 1, 0), ('ada', 'cabinet', 2, 5)`)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	b := &bundle{t: t, pool: pool, to: &applied{rooms: make(chan fanout.Rooms, 100)}}
	b.hub = hub.New(history.NewStore(pool), quiet{}, log, hub.NewMetrics(prometheus.NewRegistry()), 0)
	b.to.hub = b.hub
	b.Roster = New(access.NewStore(pool), b.hub, b.to, log)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { b.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait(); b.hub.Close() })
	return b
}

func (b *bundle) person(username string) *hub.Log {
	b.t.Helper()
	l, err := b.hub.Acquire(b.t.Context(), wire.PersonTopic(username), true)
	if err != nil {
		b.t.Fatal(err)
	}
	return l
}

func (b *bundle) next() fanout.Rooms {
	b.t.Helper()
	select {
	case rooms := <-b.to.rooms:
		return rooms
	case <-time.After(wait):
		b.t.Fatal("nothing was applied")
	}
	panic("unreachable")
}

func names(rooms fanout.Rooms) string {
	var out []string
	for _, r := range rooms.In {
		out = append(out, string(r.Log.Topic))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestSyncAppliesWhatPostgresSays(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.person("ada")
	b.Sync(ada)
	got := b.next()
	if got.Person != ada || names(got) != "cabinet general" || got.Gone || got.Failed || got.Guest {
		t.Errorf("applied %+v: %s", got, names(got))
	}
	for _, r := range got.In {
		if r.Log.Topic == "cabinet" && r.At != 5 {
			t.Errorf("the cabinet begins at %d, want 5", r.At)
		}
	}
	for change, want := range map[string]fanout.Rooms{
		`UPDATE memberships SET member = false WHERE room = 'cabinet'`: {},
		`UPDATE users SET role = 'guest' WHERE username = 'ada'`:       {Guest: true},
		`UPDATE users SET banned_at = now() WHERE username = 'ada'`:    {Gone: true},
	} {
		if _, err := b.pool.Exec(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		b.Sync(ada)
		got := b.next()
		if want.Gone && !got.Gone || want.Guest && !got.Guest && !got.Gone || strings.Contains(names(got), "cabinet") && strings.Contains(change, "member") {
			t.Errorf("%s: %+v: %s", change, got, names(got))
		}
	}
}

// However many events ask for it, a sync that waits is one.
func TestSyncsOfAPersonAreOneAtATime(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada, bob := b.person("ada"), b.person("bob")
	for range 1000 {
		b.Sync(ada)
	}
	b.Sync(bob)
	seen := map[*hub.Log]int{}
	for seen[bob] == 0 || seen[ada] == 0 {
		seen[b.next().Person]++
	}
	b.mu.Lock()
	for len(b.states) > 0 {
		b.mu.Unlock()
		select {
		case rooms := <-b.to.rooms:
			seen[rooms.Person]++
		case <-time.After(time.Millisecond):
		}
		b.mu.Lock()
	}
	b.mu.Unlock()
	if seen[ada] > 100 {
		t.Errorf("1,000 events led to %d syncs", seen[ada])
	}
}

func TestWithoutPostgresStreamsEnd(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.person("ada")
	b.pool.Close()
	b.Sync(ada)
	if got := b.next(); !got.Failed || len(got.In) > 0 {
		t.Errorf("applied %+v", got)
	}
}

func TestGrants(t *testing.T) {
	t.Parallel()
	b := start(t)
	if g, ok, err := b.Grant(t.Context(), "ada", "cabinet"); !ok || err != nil || !g.Member || g.Joined != 5 {
		t.Errorf("ada's: %+v, %v, %v", g, ok, err)
	}
	if _, ok, err := b.Grant(t.Context(), "bob", "cabinet"); ok || err != nil {
		t.Errorf("bob's: %v, %v", ok, err)
	}
	grants, err := b.Grants(t.Context(), []access.Key{{Username: "bob", Room: "general"}, {Username: "bob", Room: "cabinet"}, {Username: "bob", Room: "nowhere"}})
	if err != nil || len(grants) != 1 {
		t.Errorf("bob's: %v, %v", grants, err)
	}
	if rooms, ok, err := b.Rooms(t.Context(), "ada"); !ok || err != nil || rooms.Head != 2 || len(rooms.Names) != 2 {
		t.Errorf("ada's rooms: %+v, %v, %v", rooms, ok, err)
	}
}
