package message

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/history"
	"parley/core/session"
	"parley/core/trace"
	"parley/core/wire"
	"parley/messages/internal/change"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// system is all that changes messages, on a database of its own: ada, who is a
// member, bob, who moderates #launch, gus, who is a guest and in no room but
// #general, and eve, who is an admin and in none.
type system struct {
	pool      *pgxpool.Pool
	committer *change.Committer
	amender   *Amender
	history   *history.Store

	mu   sync.Mutex
	told map[string][]*chat.Message // by room
}

func newSystem(t *testing.T) *system {
	t.Helper()
	url := testkit.DatabaseURL(t)
	s := &system{told: make(map[string][]*chat.Message)}
	var err error
	if s.pool, err = pgxpool.New(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.pool.Close)
	commits, err := change.OpenPool(t.Context(), url, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(commits.Close)
	s.history = history.NewStore(s.pool)
	s.committer = change.New(commits, s.tell, slog.New(slog.NewTextHandler(t.Output(), nil)), prometheus.NewRegistry())
	t.Cleanup(s.committer.Close)
	s.amender = NewAmender(s.pool, change.NewApplier(s.pool, s.tell), true)
	t.Cleanup(s.amender.Close)
	s.exec(t, `INSERT INTO rooms (name, kind) VALUES ('launch', 'private'), ('attic', 'open')`)
	s.exec(t, `UPDATE rooms SET archived_at = now() WHERE name = 'attic'`)
	s.exec(t, `INSERT INTO users (username, password_hash, role, head)
		VALUES ('ada', 'x', 'member', 3), ('bob', 'x', 'member', 3), ('gus', 'x', 'guest', 1), ('eve', 'x', 'admin', 0), ('own', 'x', 'owner', 1)`)
	s.exec(t, `INSERT INTO memberships (username, room, revision, moderator) VALUES
		('ada', 'general', 1, false), ('ada', 'launch', 2, false), ('ada', 'attic', 3, false),
		('bob', 'general', 1, false), ('bob', 'launch', 2, true), ('bob', 'attic', 3, false),
		('gus', 'general', 1, false), ('own', 'launch', 1, false)`)
	return s
}

func (s *system) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if _, err := s.pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func (s *system) tell(_ *trace.Span, topic wire.Topic, event wire.Event) {
	m, ok := event.(*chat.Message)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told[string(topic)] = append(s.told[string(topic)], m)
}

// events returns what was told of a room, in order of revision.
func (s *system) events(room string) []*chat.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Clone(s.told[room])
	slices.SortFunc(all, func(a, b *chat.Message) int { return int(a.Revision - b.Revision) })
	return all
}

// post has ada say something.
func (s *system) post(t testing.TB, room, body string) chat.Position {
	t.Helper()
	receipt, err := s.committer.Post(t.Context(), change.Post{Room: room, Username: "ada", Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return receipt.ID
}

func (s *system) message(t testing.TB, room string, id chat.Position) chat.Message {
	t.Helper()
	found, err := s.history.Some(t.Context(), room, []chat.Position{id})
	if err != nil || len(found) != 1 {
		t.Fatalf("%d messages, %v", len(found), err)
	}
	return found[0]
}

func by(who, room string, id chat.Position) Ref {
	return Ref{By: session.Session{Username: who}, Room: room, ID: id}
}

// do are the acts by name.
func (s *system) do(ctx context.Context, act string, ref Ref) (Receipt, error) {
	switch act {
	case "edit":
		return s.amender.Edit(ctx, ref, Content{Body: "edited"})
	case "delete":
		return s.amender.Delete(ctx, ref)
	case "react":
		return s.amender.React(ctx, ref, "👍", true)
	case "unreact":
		return s.amender.React(ctx, ref, "👍", false)
	case "pin":
		return s.amender.Pin(ctx, ref, true)
	case "unpin":
		return s.amender.Pin(ctx, ref, false)
	}
	panic(act)
}

// acting is one act after others on ada's message in a room, what it is
// answered, and whether it takes a position.
type acting struct {
	name, room, who, act string
	before               []string // acts by ada
	err                  error
	changes              bool
}

func TestActs(t *testing.T) {
	t.Parallel()
	for _, row := range []acting{
		{name: "edit one's own", room: "general", who: "ada", act: "edit", changes: true},
		{name: "edit again", room: "general", who: "ada", act: "edit", before: []string{"edit"}},
		{name: "edit another's", room: "general", who: "bob", act: "edit", err: ErrNotYours},
		{name: "a moderator edits another's", room: "launch", who: "bob", act: "edit", err: ErrNotYours},
		{name: "edit what is deleted", room: "general", who: "ada", act: "edit", before: []string{"delete"}, err: ErrDeleted},
		{name: "delete one's own", room: "general", who: "ada", act: "delete", changes: true},
		{name: "delete again", room: "general", who: "ada", act: "delete", before: []string{"delete"}},
		{name: "delete another's", room: "general", who: "bob", act: "delete", err: ErrNotYours},
		{name: "a moderator deletes", room: "launch", who: "bob", act: "delete", changes: true},
		{name: "an admin deletes in an open room", room: "general", who: "eve", act: "delete", changes: true},
		{name: "an admin deletes in a private room", room: "launch", who: "eve", act: "delete", err: access.ErrNotFound},
		{name: "react", room: "general", who: "gus", act: "react", changes: true},
		{name: "react again", room: "general", who: "ada", act: "react", before: []string{"react"}},
		{name: "react to what is deleted", room: "general", who: "bob", act: "react", before: []string{"delete"}, err: ErrDeleted},
		{name: "take a reaction back", room: "general", who: "ada", act: "unreact", before: []string{"react"}, changes: true},
		{name: "take back none", room: "general", who: "bob", act: "unreact", before: []string{"react"}},
		{name: "take back from what is deleted", room: "general", who: "ada", act: "unreact", before: []string{"react", "delete"}},
		{name: "pin", room: "general", who: "gus", act: "pin", changes: true},
		{name: "pin again", room: "general", who: "bob", act: "pin", before: []string{"pin"}},
		{name: "unpin", room: "general", who: "bob", act: "unpin", before: []string{"pin"}, changes: true},
		{name: "unpin what isn't", room: "general", who: "bob", act: "unpin"},
		{name: "pin what is deleted", room: "general", who: "bob", act: "pin", before: []string{"delete"}, err: ErrDeleted},
		{name: "from outside an open room", room: "general", who: "eve", act: "react", err: access.ErrNotMember},
		{name: "from outside a private room", room: "launch", who: "gus", act: "react", err: access.ErrNotFound},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.run(t)
		})
	}
	t.Run("in a room that never was", func(t *testing.T) {
		t.Parallel()
		if _, err := newSystem(t).do(t.Context(), "react", by("ada", "nowhere", 1)); !errors.Is(err, access.ErrNotFound) {
			t.Errorf("%v", err)
		}
	})
}

func (row acting) run(t *testing.T) {
	t.Helper()
	s := newSystem(t)
	id := s.post(t, row.room, "hello")
	for _, act := range row.before {
		if _, err := s.do(t.Context(), act, by("ada", row.room, id)); err != nil {
			t.Fatal(err)
		}
	}
	head := int64(1 + len(row.before))
	receipt, err := s.do(t.Context(), row.act, by(row.who, row.room, id))
	if !errors.Is(err, row.err) {
		t.Fatalf("%v, want %v", err, row.err)
	}
	if row.changes {
		head++
	}
	if row.err == nil && receipt != (Receipt{id, head}) {
		t.Errorf("%+v, want revision %d", receipt, head)
	}
	if at := s.message(t, row.room, id).Revision; at != head {
		t.Errorf("the message is at %d, want %d", at, head)
	}
	if events := s.events(row.room); int64(len(events)) != head {
		t.Errorf("%d events were told, want %d", len(events), head)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	id := s.post(t, "general", "hello")
	if _, err := s.do(t.Context(), "react", by("ada", "general", id+1)); !errors.Is(err, ErrNotFound) {
		t.Errorf("a message that isn't there: %v", err)
	}
	ended := by("ada", "general", id)
	ended.By.Key = session.Key{1}
	if _, err := s.do(t.Context(), "react", ended); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("a session that has ended: %v", err)
	}
	s.exec(t, `INSERT INTO messages (room, id, revision, username, body) VALUES ('attic', 1, 1, 'ada', 'old')`)
	if _, err := s.do(t.Context(), "edit", by("ada", "attic", 1)); !errors.Is(err, access.ErrArchived) {
		t.Errorf("an archived room: %v", err)
	}
	for i := range chat.MaxReactions {
		if _, err := s.amender.React(t.Context(), by("ada", "general", id), fmt.Sprint(i), true); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.do(t.Context(), "react", by("ada", "general", id)); !errors.Is(err, ErrTooManyReactions) {
		t.Errorf("one emoji too many: %v", err)
	}
	if _, err := s.amender.React(t.Context(), by("bob", "general", id), "3", true); err != nil {
		t.Errorf("an emoji that is there: %v", err)
	}
	s.exec(t, `INSERT INTO messages (room, id, revision, username, body, pinned_at, pinned_by)
		SELECT 'general', n, n, 'ada', 'x', now(), 'ada' FROM generate_series(100, 199) n`)
	if _, err := s.do(t.Context(), "pin", by("ada", "general", id)); !errors.Is(err, ErrTooManyPins) {
		t.Errorf("one pin too many: %v", err)
	}
}

// TestWhatIsDeletedIsGone looks at what remains of a message with everything.
func TestWhatIsDeletedIsGone(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	_, err := s.committer.Post(t.Context(), change.Post{
		Room: "launch", Username: "ada", Body: "*hi* @bob", HTML: "<em>hi</em> @bob", Mentions: []string{"bob"}, ClientID: "c1",
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range []string{"react", "pin"} {
		if _, err := s.do(t.Context(), act, by("bob", "launch", 1)); err != nil {
			t.Fatal(err)
		}
	}
	before := s.message(t, "launch", 1)
	if before.HTML == "" || len(before.Reactions) != 1 || before.PinnedBy != "bob" || !slices.Equal(before.Mentions, []string{"bob"}) {
		t.Fatalf("%+v", before)
	}
	if _, err := s.do(t.Context(), "delete", by("bob", "launch", 1)); err != nil {
		t.Fatal(err)
	}
	m := s.message(t, "launch", 1)
	want := chat.Message{
		ID: 1, Revision: 4, Room: "launch", Username: "ada", CreatedAt: before.CreatedAt, ClientID: "c1", Deleted: true,
	}
	if string(m.AppendJSON(nil)) != string(want.AppendJSON(nil)) {
		t.Errorf("%s", m.AppendJSON(nil))
	}
	var actor, action, subject string
	if err := s.pool.QueryRow(t.Context(), `SELECT actor, action, subject FROM audit`).Scan(&actor, &action, &subject); err != nil {
		t.Fatal(err)
	}
	if actor != "bob" || action != "message.delete" || subject != "" {
		t.Errorf("audit: %s %s %q, want no name of a private room", actor, action, subject)
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	id := s.post(t, "launch", "first")
	for _, body := range []string{"second", "third"} {
		if _, err := s.amender.Edit(t.Context(), by("ada", "launch", id), Content{Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.do(t.Context(), "delete", by("ada", "launch", id)); err != nil {
		t.Fatal(err)
	}
	versions, err := s.amender.Versions(t.Context(), by("own", "launch", id))
	if err != nil {
		t.Fatal(err)
	}
	var bodies []string
	for _, v := range versions {
		bodies = append(bodies, fmt.Sprint(v.Revision, " ", v.Body))
	}
	if want := []string{"1 first", "2 second", "3 third"}; !slices.Equal(bodies, want) {
		t.Errorf("%q, want %q", bodies, want)
	}
	for who, want := range map[string]error{"ada": access.ErrForbidden, "gus": access.ErrNotFound} {
		if _, err := s.amender.Versions(t.Context(), by(who, "launch", id)); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", who, err, want)
		}
	}
	if _, err := s.amender.Versions(t.Context(), by("own", "launch", id+7)); !errors.Is(err, ErrNotFound) {
		t.Errorf("of no message: %v", err)
	}
	if err := s.amender.RemoveVersions(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if kept, _ := s.amender.Versions(t.Context(), by("own", "launch", id)); len(kept) != 3 {
		t.Errorf("%d versions are left within the time", len(kept))
	}
	if err := s.amender.RemoveVersions(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if kept, _ := s.amender.Versions(t.Context(), by("own", "launch", id)); len(kept) != 0 {
		t.Errorf("%d versions are left after it", len(kept))
	}
}

// Changes that are stored together share a position: a body that was replaced
// stood up to the position before, whatever came first, and hides no other.
func TestVersionsOfWhatIsStoredTogether(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	id := s.post(t, "launch", "first")
	release := s.hold(t, "launch")
	var changing sync.WaitGroup
	for i, do := range []func() (Receipt, error){
		func() (Receipt, error) { return s.do(t.Context(), "pin", by("bob", "launch", id)) }, // has a transaction of its own
		func() (Receipt, error) { return s.do(t.Context(), "react", by("bob", "launch", id)) },
		func() (Receipt, error) {
			return s.amender.Edit(t.Context(), by("ada", "launch", id), Content{Body: "second"})
		},
	} {
		changing.Go(func() {
			if _, err := do(); err != nil {
				t.Error(err)
			}
		})
		s.awaitWaiting(t, "launch", i)
	}
	release()
	changing.Wait()
	if _, err := s.amender.Edit(t.Context(), by("ada", "launch", id), Content{Body: "third"}); err != nil {
		t.Fatal(err)
	}
	versions, err := s.amender.Versions(t.Context(), by("own", "launch", id))
	if err != nil {
		t.Fatal(err)
	}
	var bodies []string
	for _, v := range versions {
		bodies = append(bodies, fmt.Sprint(v.Revision, " ", v.Body))
	}
	if want := []string{"2 first", "3 second"}; !slices.Equal(bodies, want) {
		t.Errorf("%q, want %q", bodies, want)
	}
}

// hold keeps a room's lock until release is called.
func (s *system) hold(t *testing.T, room string) (release func()) {
	t.Helper()
	tx, err := s.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT FROM rooms WHERE name = $1 FOR UPDATE`, room); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// awaitWaiting waits until a change of a room is being stored, and n wait.
func (s *system) awaitWaiting(t *testing.T, room string, n int) {
	t.Helper()
	for t.Context().Err() == nil {
		s.amender.mu.Lock()
		queue, busy := s.amender.waiting[room]
		s.amender.mu.Unlock()
		if busy && len(queue) == n {
			return
		}
		runtime.Gosched()
	}
}
