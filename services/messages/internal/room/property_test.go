package room

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
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
	"parley/messages/internal/membership"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// system is all that changes rooms and memberships, on a database of its own.
type system struct {
	pool      *pgxpool.Pool
	rooms     *Store
	members   *membership.Store
	committer *change.Committer

	mu   sync.Mutex
	told map[wire.Topic][]wire.Event
}

func newSystem(t *testing.T) *system {
	t.Helper()
	url := testkit.DatabaseURL(t)
	s := &system{told: make(map[wire.Topic][]wire.Event)}
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
	changes := change.NewApplier(s.pool, s.tell)
	s.rooms, s.members = NewStore(s.pool, changes), membership.NewStore(s.pool, changes)
	s.committer = change.New(commits, s.tell, slog.New(slog.NewTextHandler(t.Output(), nil)), prometheus.NewRegistry())
	t.Cleanup(s.committer.Close)
	return s
}

func (s *system) tell(_ *trace.Span, topic wire.Topic, event wire.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told[topic] = append(s.told[topic], event)
}

func (s *system) addPeople(t *testing.T, count int) (people []session.Session) {
	t.Helper()
	for i := range count {
		people = append(people, session.Session{Username: fmt.Sprintf("p%d", i)})
	}
	_, err := s.pool.Exec(t.Context(), `INSERT INTO users (username, password_hash) SELECT 'p' || n, 'x' FROM generate_series(0, $1 - 1) n`, count)
	if err != nil {
		t.Fatal(err)
	}
	return people
}

// expected are the errors of acts that come at the wrong time.
var expected = []error{access.ErrNotFound, access.ErrNotMember, access.ErrForbidden, access.ErrArchived}

// act does something at random.
func (s *system) act(ctx context.Context, dice *rand.Rand, people []session.Session, rooms []string) error {
	who, other := people[dice.IntN(len(people))], people[dice.IntN(len(people))].Username
	room := rooms[dice.IntN(len(rooms))]
	switch dice.IntN(13) {
	case 0, 1:
		return s.members.Join(ctx, who, room)
	case 2:
		return s.members.Leave(ctx, who, room)
	case 3:
		return s.members.Add(ctx, who, room, other)
	case 4:
		return s.members.Remove(ctx, who, room, other)
	case 5:
		return s.members.Notify(ctx, who, room, []chat.Level{chat.NotifyAll, chat.NotifyMentions, chat.NotifyNone}[dice.IntN(3)])
	case 6, 7:
		return s.committer.Read(ctx, change.Read{Room: room, Username: who.Username, Upto: dice.Int64N(60)})
	case 8:
		return s.members.MarkUnread(ctx, who, room, dice.Int64N(60))
	case 9:
		title, archived := fmt.Sprint("title ", dice.IntN(5)), dice.IntN(8) == 0
		_, err := s.rooms.Change(ctx, who, room, Settings{Title: &title, Archived: &archived})
		return err
	}
	_, err := s.committer.Post(ctx, change.Post{Room: room, Username: who.Username, Body: "hi"})
	return err
}

// Whatever several people do at once: each position of each log was told once,
// a replay is the state, and what is unread is what counting says.
func TestAnythingAtOnce(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	people, rooms := s.addPeople(t, 5), []string{"open", "other", "secret"}
	for i, name := range rooms {
		if err := s.rooms.Create(t.Context(), people[i], Draft{Name: name, Kind: []chat.Kind{"", "", chat.Private}[i]}); err != nil {
			t.Fatal(err)
		}
	}
	// There is always somebody who can bring an archived room back.
	if _, err := s.pool.Exec(t.Context(), `UPDATE users SET role = 'owner' WHERE username = 'p0'`); err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	var running sync.WaitGroup
	for worker := range uint64(8) {
		running.Go(func() {
			dice := rand.New(rand.NewPCG(seed, worker))
			for range 150 {
				err := s.act(t.Context(), dice, people, rooms)
				if err != nil && !slices.ContainsFunc(expected, func(e error) bool { return errors.Is(err, e) }) {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	changes := 0
	for _, events := range s.told {
		changes += len(events)
	}
	if changes < 200 {
		t.Errorf("only %d changes of 1,200 acts: this shows nothing", changes)
	}
	for _, room := range rooms {
		s.assertTold(t, wire.RoomTopic(room))
	}
	for _, who := range people {
		s.assertTold(t, wire.PersonTopic(who.Username))
		s.assertUnread(t, who.Username)
	}
}

// assertTold fails if a position of a log was not told, or twice, or a replay
// from its beginning isn't what was told last of each thing.
func (s *system) assertTold(t *testing.T, topic wire.Topic) {
	t.Helper()
	page, err := history.NewStore(s.pool).After(t.Context(), topic, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	told := slices.SortedFunc(slices.Values(s.told[topic]), func(a, b wire.Event) int { return int(a.At() - b.At()) })
	last := make(map[string]string)
	for i, event := range told {
		if event.At() != chat.Position(i+1) {
			t.Fatalf("%s: the %dth told is at %d", topic, i+1, event.At())
		}
		last[keyOf(event)] = string(event.AppendJSON(nil))
	}
	if page.Head != chat.Position(len(told)) {
		t.Errorf("%s: head %d, %d told", topic, page.Head, len(told))
	}
	if len(page.Events) != len(last) {
		t.Errorf("%s: a replay has %d events, want %d", topic, len(page.Events), len(last))
	}
	for i, event := range page.Events {
		if got := string(event.AppendJSON(nil)); got != last[keyOf(event)] {
			t.Errorf("%s: a replay says %s, told was %s", topic, got, last[keyOf(event)])
		}
		if i > 0 && event.At() <= page.Events[i-1].At() {
			t.Errorf("%s: %d after %d", topic, event.At(), page.Events[i-1].At())
		}
	}
}

// keyOf names the thing that an event is about.
func keyOf(event wire.Event) string {
	switch e := event.(type) {
	case *chat.Message:
		return fmt.Sprint("message ", e.ID)
	case *wire.Membership:
		return "in " + e.Room
	}
	return fmt.Sprintf("%T", event)
}

// assertUnread compares what a person is shown with counting one by one.
func (s *system) assertUnread(t *testing.T, username string) {
	t.Helper()
	rooms, _, err := s.rooms.Mine(t.Context(), username)
	if err != nil {
		t.Fatal(err)
	}
	stored := make(map[string]*wire.Membership)
	for _, event := range s.told[wire.PersonTopic(username)] {
		if m, ok := event.(*wire.Membership); ok && (stored[m.Room] == nil || stored[m.Room].Revision < m.Revision) {
			stored[m.Room] = m
		}
	}
	for _, m := range stored {
		if !m.Member {
			continue
		}
		i := slices.IndexFunc(rooms, func(r Room) bool { return r.Name == m.Room })
		if i < 0 {
			t.Errorf("%s isn't shown %s", username, m.Room)
			continue
		}
		read, unread := s.count(wire.RoomTopic(m.Room), username, m)
		if rooms[i].Read != read || rooms[i].Unread != min(unread, 100) {
			t.Errorf("%s in %s: shown %d, %d; want %d, %d", username, m.Room, rooms[i].Read, rooms[i].Unread, read, unread)
		}
		if m.Read > rooms[i].Head || m.Joined > rooms[i].Head {
			t.Errorf("%s in %s is beyond its head: %+v", username, m.Room, m)
		}
	}
}

// count counts what a person has not read: first how far they have.
func (s *system) count(topic wire.Topic, username string, in *wire.Membership) (read chat.Position, unread int) {
	read = in.Read
	for _, event := range s.told[topic] {
		if m, ok := event.(*chat.Message); ok && m.Username == username && m.ID > in.Reopened {
			read = max(read, m.ID)
		}
	}
	for _, event := range s.told[topic] {
		if m, ok := event.(*chat.Message); ok && m.Username != username && m.ID > read {
			unread++
		}
	}
	return read, unread
}

func TestACrowdJoins(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	const crowd = 2000
	people := s.addPeople(t, crowd)
	if err := s.rooms.Create(t.Context(), people[0], Draft{Name: "stage"}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	var running sync.WaitGroup
	for i, who := range people {
		running.Go(func() {
			if err := s.members.Join(t.Context(), who, "stage"); err != nil {
				t.Error(err)
			}
			if i%20 != 0 {
				return
			}
			if _, err := s.committer.Post(t.Context(), change.Post{Room: "stage", Username: who.Username, Body: "here I am"}); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	took := time.Since(began)
	t.Logf("%d people joined within %s", crowd, took)
	if took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
	var inside, heads, head int
	err := s.pool.QueryRow(t.Context(), `
		SELECT (SELECT count(*) FROM memberships WHERE room = 'stage' AND member),
			(SELECT sum(head) FROM users), (SELECT head FROM rooms WHERE name = 'stage')`).Scan(&inside, &heads, &head)
	if err != nil || inside != crowd || heads != crowd || head != crowd/20 {
		t.Errorf("%v: %d inside, heads %d, %d messages", err, inside, heads, head)
	}
}
