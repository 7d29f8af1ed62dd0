package search

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5"
)

// everythingIndexed waits until both replicas' indexers have nothing to do.
func (s *system) everythingIndexed() {
	s.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; {
		late, _, err := s.store.findTail(context.Background())
		if err != nil {
			s.t.Fatal(err)
		}
		if len(late.rooms) == 0 {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("not indexed in time: %v", late)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-s.t.Context().Done():
		}
	}
}

// wrong returns how many messages are indexed that should not be, or should be
// and are not, or would not be found by the summary of their block.
func (s *system) wrong() (n int) {
	s.t.Helper()
	err := s.pool.QueryRow(context.Background(), `
		SELECT count(*) FROM (SELECT room, id FROM messages WHERE deleted_at IS NULL) m FULL JOIN search_messages s USING (room, id)
		WHERE s.terms IS NULL OR m.room IS NULL OR EXISTS (
			SELECT FROM search_blocks b WHERE b.summed AND s.terms @> ARRAY[-2 * b.no - 1]
				AND NOT EXISTS (SELECT FROM search_summaries WHERE block = b.no AND terms @> s.terms))`).Scan(&n)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// Two replicas index while people write; one of them stops in the middle of it,
// and its connections are cut.
func TestReplicasIndexTogether(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	_, other := s.replica()
	first, stop := context.WithCancel(t.Context())
	defer stop()
	var running, writing sync.WaitGroup
	defer running.Wait()
	ctx, stopAll := context.WithCancel(t.Context())
	defer stopAll()
	running.Go(func() { s.indexer.Run(first) })
	running.Go(func() { other.Run(ctx) })
	for writer := range 4 {
		writing.Go(func() {
			for i := range 100 {
				room := homes[(writer+i)%len(homes)]
				id := s.post(room, "ada", fmt.Sprintf("word%d of %d", i, writer), time.Now())
				s.indexer.Changed()
				other.Changed()
				if i%7 == 0 {
					s.change(room, id, "")
				} else if i%5 == 0 {
					s.change(room, id, fmt.Sprintf("changed%d", i))
				}
				if writer == 0 && i == 50 {
					stop()
					s.exec(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()
						AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
				}
			}
		})
	}
	writing.Wait()
	s.everythingIndexed()
	if n := s.wrong(); n != 0 {
		t.Errorf("%d messages are indexed wrongly", n)
	}
	if got := len(s.find(s.store, "ada", `"word99"`, 10)); got != 4 {
		t.Errorf("found %d messages with word99, want 4", got)
	}
	if got := len(s.find(s.store, "ada", "changed50", 10)); got != 4 {
		t.Errorf("found %d messages with changed50, want 4", got)
	}
}

// While one replica holds the lock, another indexes nothing, and a search finds
// everything all the same.
func TestOneIndexesAtATime(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.post("general", "ada", "needle", time.Now())
	err := pgx.BeginFunc(t.Context(), s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `SELECT pg_advisory_xact_lock($1)`, indexerLock); err != nil {
			return err
		}
		more, err := s.indexer.Step(t.Context())
		if more || err != nil || s.wrong() != 1 {
			t.Errorf("with the lock taken: more %v, %v, %d are missing", more, err, s.wrong())
		}
		if got := refs(s.find(s.store, "bob", "needle", 10)); !slices.Equal(got, []string{"general/1"}) {
			t.Errorf("found %v", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.index(allBatches)
	if n := s.wrong(); n != 0 {
		t.Errorf("%d are missing", n)
	}
}

// What was indexed by a replica is found by another that knew the blocks of
// before.
func TestReplicaLearnsOfNewBlocks(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	if got := s.find(s.store, "bob", "needle", 10); len(got) != 0 {
		t.Fatalf("found %v", refs(got))
	}
	for i := range 3 {
		start := time.Unix(int64(1_700_000_000+100*i), 0)
		s.exec(`INSERT INTO search_blocks (no, starts) SELECT max(no) + 1, $1 FROM search_blocks`, start)
		s.post("general", "ada", "needle", start.Add(time.Second))
		s.index(allBatches)
	}
	if got := s.find(s.store, "bob", "needle", 10); len(got) != 3 {
		t.Errorf("found %v", refs(got))
	}
}

func TestRebuild(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	for i := range 20 {
		s.post(homes[i%len(homes)], "ada", fmt.Sprintf("word%d", i), time.Now())
	}
	s.change("general", 1, "")
	s.index(1)
	s.exec(`DELETE FROM search_messages WHERE room = 'common'`)
	s.exec(`INSERT INTO search_blocks (no, starts) VALUES (1, now()), (2, now() + interval '1 s')`)
	fresh, _ := s.replica()
	s.find(s.store, "ada", "word6", 10) // knows the blocks of before
	n, err := Rebuild(t.Context(), s.url)
	if err != nil || n != 19 || s.wrong() != 0 {
		t.Errorf("%d indexed, %d wrong, %v", n, s.wrong(), err)
	}
	for _, store := range []*Store{s.store, fresh} {
		if got := refs(s.find(store, "ada", "word6", 10)); !slices.Equal(got, []string{"common/2"}) {
			t.Errorf("found %v", got)
		}
	}
	s.post("common", "ada", "later", time.Now())
	s.index(allBatches)
	if s.wrong() != 0 {
		t.Error("what comes later is not indexed")
	}
}

// While this replica stores very much, its indexer waits, but not for ever.
func TestIndexerStepsAside(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var x Indexer
		var posting sync.WaitGroup
		post := func(every, long time.Duration) {
			posting.Go(func() {
				for began := time.Now(); time.Since(began) < long; time.Sleep(every) {
					x.Changed()
				}
			})
		}
		waits := func() time.Duration {
			began := time.Now()
			x.stepAside(t.Context())
			return time.Since(began)
		}
		post(100*time.Microsecond, 3500*time.Millisecond)
		if waited := waits(); waited < 3*time.Second || waited > 5*time.Second {
			t.Errorf("it waited %s for what took 3.5 s", waited)
		}
		post(100*time.Microsecond, time.Minute)
		if waited := waits(); waited != maxWait {
			t.Errorf("it waited %s for what took a minute", waited)
		}
		posting.Wait()
		post(10*time.Millisecond, time.Minute)
		if waited := waits(); waited != pollEvery {
			t.Errorf("it waited %s for 100 changes a second", waited)
		}
		posting.Wait()
	})
}
