package message

import (
	"fmt"
	"sync"
	"testing"

	"parley/core/chat"
	"parley/core/session"
)

// TestCrowdReactsInFewEvents has 500 people react while the room's log is
// locked, and lets go of it when all wait.
func TestCrowdReactsInFewEvents(t *testing.T) {
	t.Parallel()
	const people = 500
	s := newSystem(t)
	s.exec(t, `INSERT INTO users (username, password_hash, head) SELECT 'p' || n, 'x', 1 FROM generate_series(1, $1) n`, people)
	s.exec(t, `INSERT INTO memberships (username, room, revision) SELECT 'p' || n, 'general', 1 FROM generate_series(1, $1) n`, people)
	id := s.post(t, "general", "hello")

	tx, err := s.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT FROM rooms WHERE name = 'general' FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	var reacting sync.WaitGroup
	for n := range people {
		reacting.Go(func() {
			ref := Ref{By: session.Session{Username: fmt.Sprint("p", n+1)}, Room: "general", ID: id}
			if _, err := s.amender.React(t.Context(), ref, "🎉", true); err != nil {
				t.Error(err)
			}
		})
	}
	for waiting := 0; waiting < people-maxBatch && t.Context().Err() == nil; {
		s.amender.mu.Lock()
		waiting = len(s.amender.waiting["general"])
		s.amender.mu.Unlock()
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	reacting.Wait()

	m := s.message(t, "general", id)
	if len(m.Reactions) != 1 || len(m.Reactions[0].People) != people {
		t.Fatalf("%+v", m.Reactions)
	}
	seen := make(map[string]bool)
	for _, name := range m.Reactions[0].People {
		seen[name] = true
	}
	if len(seen) != people {
		t.Errorf("%d different people", len(seen))
	}
	// One change took the lane, those behind it fill batches; some may come after
	// the lock is gone.
	if events := len(s.events("general")) - 1; events > people/10 {
		t.Errorf("%d events for %d reactions", events, people)
	}
	var head chat.Position
	if err := s.pool.QueryRow(t.Context(), `SELECT head FROM rooms WHERE name = 'general'`).Scan(&head); err != nil || head != m.Revision {
		t.Errorf("head %d, %v; the message is at %d", head, err, m.Revision)
	}
}
