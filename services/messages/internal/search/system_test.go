package search

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"parley/core/chat"
	"parley/core/history"
	"parley/testkit"
)

// system is a database with people, rooms and a search.
type system struct {
	t       *testing.T
	url     string
	pool    *pgxpool.Pool
	store   *Store
	indexer *Indexer
}

// world are people of every role, and rooms of every kind: everybody is in
// general and common, ada and gus in the others.
const world = `
	INSERT INTO users (username, password_hash, role, banned_at) VALUES
		('ada', 'x', 'owner', NULL), ('bob', 'x', 'member', NULL), ('gus', 'x', 'guest', NULL), ('eve', 'x', 'guest', NULL), ('mal', 'x', 'owner', now());
	INSERT INTO rooms (name, kind) VALUES ('common', 'open'), ('open', 'open'), ('private', 'private'), ('direct', 'direct');
	INSERT INTO memberships (username, room, revision, member)
	SELECT username, name::text, row_number() OVER (PARTITION BY username ORDER BY name), username <> 'eve' OR name <> 'private'
	FROM users, rooms
	WHERE name IN ('general', 'common') OR username IN ('ada', 'gus', 'mal') AND name IN ('private', 'direct') OR username = 'eve' AND name = 'private';`

func newSystem(t *testing.T) *system {
	t.Helper()
	return systemOn(t, testkit.DatabaseURL(t))
}

func systemOn(t *testing.T, url string) *system {
	t.Helper()
	s := &system{t: t, url: url}
	var err error
	if s.pool, err = pgxpool.New(t.Context(), s.url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.pool.Close)
	s.exec(world)
	s.store, s.indexer = s.replica()
	return s
}

// replica returns the search of another replica.
func (s *system) replica() (*Store, *Indexer) {
	s.t.Helper()
	index, err := OpenPool(s.t.Context(), s.url, "test search")
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(index.Close)
	log := slog.New(slog.NewTextHandler(s.t.Output(), nil))
	return NewStore(index, s.pool, nil), NewIndexer(s.pool, log, prometheus.NewRegistry())
}

func (s *system) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.pool.Exec(context.Background(), sql, args...); err != nil {
		s.t.Fatal(err)
	}
}

// post stores a message as the committer does, said at a time.
func (s *system) post(room, username, body string, at time.Time) (id chat.Position) {
	s.t.Helper()
	err := s.pool.QueryRow(context.Background(), `
		WITH raised AS (UPDATE rooms SET head = head + 1 WHERE name = $1 RETURNING head)
		INSERT INTO messages (room, id, revision, username, body, created_at)
		SELECT $1, head, head, $2, $3, $4 FROM raised RETURNING id`, room, username, body, at).Scan(&id)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// change gives a message another body; none deletes it.
func (s *system) change(room string, id chat.Position, body string) {
	s.t.Helper()
	s.exec(`
		WITH raised AS (UPDATE rooms SET head = head + 1 WHERE name = $1 RETURNING head)
		UPDATE messages SET revision = head, body = $3, deleted_at = CASE WHEN $3 = '' THEN now() END
		FROM raised WHERE room = $1 AND id = $2`, room, id, body)
}

// index indexes at most so many batches.
func (s *system) index(most int) {
	s.t.Helper()
	for range most {
		more, err := s.indexer.Step(context.Background())
		if err != nil {
			s.t.Fatal(err)
		}
		if !more {
			return
		}
	}
}

const allBatches = 1 << 30

// find returns all that username finds, read in pages.
func (s *system) find(store *Store, username, query string, limit int) (found []chat.Message) {
	s.t.Helper()
	q, err := Parse(query, username)
	if err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	var before history.Place
	for {
		page, err := store.Search(context.Background(), username, q, before, limit)
		if err != nil {
			s.t.Fatalf("%s: %v", query, err)
		}
		if len(page.Hits) > limit {
			s.t.Fatalf("%s: %d hits, %d at most", query, len(page.Hits), limit)
		}
		for _, hit := range page.Hits {
			found = append(found, hit.Message)
		}
		if !page.More {
			return found
		}
		if !before.At.IsZero() && !older(page.Next, before) {
			s.t.Fatalf("%s: after %v comes %v", query, before, page.Next)
		}
		before = page.Next
	}
}

// refs returns which messages were found, in order.
func refs(found []chat.Message) (all []string) {
	for i := range found {
		all = append(all, fmt.Sprintf("%s/%d", found[i].Room, found[i].ID))
	}
	return all
}

// readable returns what username may read of everything, newest first, by
// another way than the search's.
func (s *system) readable(username string) (all []chat.Message) {
	s.t.Helper()
	rows, err := s.pool.Query(context.Background(), `
		SELECT m.room, m.id, m.username, m.body, m.created_at FROM messages m JOIN rooms r ON r.name = m.room, users u
		WHERE u.username = $1 AND u.banned_at IS NULL AND m.deleted_at IS NULL AND (
			r.kind = 'open' AND u.role <> 'guest'
			OR EXISTS (SELECT FROM memberships s WHERE s.username = u.username AND s.room = m.room AND s.member))
		ORDER BY m.created_at DESC, m.room COLLATE "C" DESC, m.id DESC`, username)
	if err != nil {
		s.t.Fatal(err)
	}
	var m chat.Message
	_, err = pgx.ForEachRow(rows, []any{&m.Room, &m.ID, &m.Username, &m.Body, &m.CreatedAt}, func() error {
		all = append(all, m)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}
