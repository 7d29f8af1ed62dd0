package api

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"parley/core/access"
	"parley/core/history"
	"parley/core/sse"
	"parley/core/wire"
	"parley/stream/internal/fanout"
	"parley/stream/internal/guard"
	"parley/stream/internal/hub"
	"parley/stream/internal/roster"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type quiet struct{}

func (quiet) Join(wire.Topic) <-chan struct{} {
	ready := make(chan struct{})
	close(ready)
	return ready
}

func (quiet) Leave(wire.Topic) {}

type nobody struct{}

func (nobody) Apply(fanout.Rooms) {}

// start returns an API on a database in which ada, a member, is in general and
// in the private cabinet, bob in general alone, and gus, a guest, in the lobby.
func start(t *testing.T) *API {
	t.Helper()
	pool := testkit.Database(t)
	_, err := pool.Exec(t.Context(), `
		INSERT INTO users (username, password_hash, role, head) VALUES ('ada', 'x', 'member', 2), ('bob', 'x', 'member', 1), ('gus', 'x', 'guest', 1);
		INSERT INTO rooms (name, kind, head) VALUES ('cabinet', 'private', 9), ('lobby', 'open', 3), ('market', 'open', 4);
		INSERT INTO memberships (username, room, revision) VALUES ('ada', 'general', 1), ('ada', 'cabinet', 2), ('bob', 'general', 1), ('gus', 'lobby', 1)`)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	store := history.NewStore(pool)
	h := hub.New(store, quiet{}, log, hub.NewMetrics(prometheus.NewRegistry()), 0)
	a := &API{Hub: h, Roster: roster.New(access.NewStore(pool), h, nobody{}, log), Replayer: hub.NewReplayer(store), ReplayLimit: 5, Log: log}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { a.Roster.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait(); h.Close() })
	return a
}

func request(path, lastID string) *gin.Context {
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = httptest.NewRequest("GET", path, nil)
	if lastID != "" {
		c.Request.Header.Set("Last-Event-ID", lastID)
	}
	return c
}

// describe writes places as "@ada~ general>3 lobby^+": ~ is silent, + is named.
func describe(places []place) string {
	var out []string
	for _, p := range places {
		text := string(p.cursor.Topic)
		switch p.cursor.Kind {
		case wire.CursorAfter:
			text += fmt.Sprintf(">%d", p.cursor.After)
		case wire.CursorUnreadable:
			text += "?"
		case wire.CursorHead:
		}
		if p.silent {
			text += "~"
		}
		if p.named {
			text += "+"
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func TestWhatAStreamCarries(t *testing.T) {
	t.Parallel()
	a := start(t)
	for _, row := range []struct {
		username, path, lastID string
		want                   string // or the code of an error
	}{
		{"ada", "/chat/stream", "", "@ada cabinet general"},
		{"ada", "/chat/stream?after=general:3,@ada:1", "", "@ada>1 cabinet general>3"},
		{"ada", "/chat/stream?after=general:3", "general:4", "@ada cabinet general>4"},
		{"ada", "/chat/stream?after=market:1,lobby", "", "@ada cabinet general lobby+ market>1+"},
		{"ada", "/chat/stream?after=general:x", "", "@ada cabinet general?"},
		{"bob", "/chat/stream?after=cabinet:1,nowhere:1,@ada:1,market:2", "", "@bob general market>2+"},
		{"gus", "/chat/stream?after=general:1,market:1,lobby:1", "", "@gus lobby>1"},
		{"ada", "/chat/stream?after=No", "", "after_invalid"},
		{"ada", "/chat/stream?after=" + strings.Repeat("a,", wire.MaxCursors) + "b", "", "after_invalid"},
		{"nobody", "/chat/stream", "", "not_signed_in"},
		{"ada", "cabinet", "7", "@ada~ cabinet>7"},
		{"ada", "general", "", "@ada~ general+"},
		{"bob", "market", "", "@bob~ market+"},
		{"bob", "cabinet", "", "room_not_found"},
		{"bob", "nowhere", "", "room_not_found"},
		{"gus", "general", "", "room_not_found"},
		{"gus", "lobby", "", "@gus~ lobby+"},
		{"ada", "No", "", "room_not_found"},
	} {
		read, path := a.everything, row.path
		if !strings.HasPrefix(path, "/") {
			read, path = a.oneRoom, "/chat/x/stream"
		}
		c := request(path, row.lastID)
		c.Params = gin.Params{{Key: "room", Value: row.path}}
		got := ""
		want, err := read(c)
		if err == nil {
			var found plan
			if found, err = a.plan(t.Context(), guard.NewSeat(row.username, time.Now().Add(time.Hour)), want); err == nil {
				got = describe(found.places)
			}
		}
		if err != nil {
			got = err.Error()
		}
		if got != row.want {
			t.Errorf("%s, %s, %q: %s, want %s", row.username, row.path, row.lastID, got, row.want)
		}
	}
}

func TestWhereAStreamBegins(t *testing.T) {
	t.Parallel()
	a := start(t)
	for _, row := range []struct {
		value string
		at    int64
		reset bool
	}{
		{"", 9, false},
		{"9", 9, false},
		{"4", 4, false}, // as far behind as is allowed
		{"3", 9, true},
		{"10", 9, true}, // ahead
		{"x", 9, true},
	} {
		l, err := a.Hub.Acquire(t.Context(), "cabinet", true)
		if err != nil {
			t.Fatal(err)
		}
		s := fanout.Stream{Tagged: true, Rooms: []fanout.Room{{Log: l}}}
		resets, err := a.begin(t.Context(), []wire.Cursor{wire.ParseCursor("cabinet", row.value)}, &s)
		if err != nil {
			t.Fatal(err)
		}
		want := ""
		if row.reset {
			want = string(sse.AppendReset(nil, "cabinet", 9, true))
		}
		if s.Rooms[0].At != row.at || string(resets) != want {
			t.Errorf("%q: at %d, %q; want %d, %q", row.value, s.Rooms[0].At, resets, row.at, want)
		}
		a.Hub.Release(l)
	}
}
