package search

import (
	"slices"
	"testing"
	"time"
)

// newSummed returns a system with ten blocks of 100 s from a time on, with a
// message every 10 s, all of them indexed and all blocks but the last summed.
func newSummed(t *testing.T) (*system, time.Time) {
	t.Helper()
	s := newSystem(t)
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s.exec(`INSERT INTO search_blocks (no, starts) SELECT n, $1::timestamptz + n * interval '100 s' FROM generate_series(1, 10) n`, began)
	for i := range 100 {
		s.post("general", "ada", "nothing new", began.Add(time.Duration(100+10*i)*time.Second))
	}
	s.index(allBatches)
	return s, began
}

// count returns the number that a query yields.
func (s *system) count(sql string) (n int) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), sql).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// All blocks are summed but the last, and those without a message have no
// summary to be found by.
func TestBlocksAreSummed(t *testing.T) {
	t.Parallel()
	s, _ := newSummed(t)
	if n := s.count(`SELECT count(*) FROM search_blocks WHERE summed`); n != 10 {
		t.Errorf("%d blocks of 11 are summed, want 10", n)
	}
	if n := s.count(`SELECT count(*) FROM search_summaries`); n != 9 {
		t.Errorf("%d summaries, want one for each of the 9 blocks with messages in them", n)
	}
	if got := refs(s.find(s.store, "bob", "nothing", 7)); len(got) != 100 {
		t.Errorf("found %d, want 100", len(got))
	}
}

// What comes into a summed block, by an edit or with an earlier time, is found
// in it: it reaches the summary in the transaction that indexes it.
func TestLateMessagesReachTheirSummary(t *testing.T) {
	t.Parallel()
	s, began := newSummed(t)
	s.change("general", 37, "a xylophone")
	late := s.post("common", "ada", "another xylophone", began.Add(305*time.Second))
	s.index(allBatches)
	want := []string{"general/37", refs(s.find(s.store, "bob", "another", 1))[0]}
	if late != 1 || want[1] != "common/1" {
		t.Fatalf("the late one is %s", want[1])
	}
	if got := refs(s.find(s.store, "bob", "xylophone", 10)); !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	if n := s.count(`SELECT count(*) FROM search_summaries`); n != 11 {
		t.Errorf("%d summaries, want 9 and 2 for what was late", n)
	}
	// A reaction changes no term.
	s.change("general", 37, "a xylophone")
	s.index(allBatches)
	if n := s.count(`SELECT count(*) FROM search_summaries`); n != 11 {
		t.Errorf("%d summaries after a change that changes no term, want 11", n)
	}
}

// A block with very many messages is never summed, and always looked through.
func TestHugeBlockIsNotSummed(t *testing.T) {
	t.Parallel()
	s, began := newSummed(t)
	s.exec(`UPDATE search_blocks SET summed = NULL WHERE no = 4`)
	s.exec(`DELETE FROM search_summaries WHERE block = 4`)
	s.exec(`INSERT INTO search_messages (room, id, at, terms) SELECT 'open', n, $1, '{-9}' FROM generate_series(1, $2::int) n`,
		began.Add(450*time.Second), maxSummary)
	s.change("general", 37, "a xylophone")
	s.index(allBatches)
	if n := s.count(`SELECT count(*) FROM search_blocks WHERE no = 4 AND NOT summed`); n != 1 {
		t.Error("the block counts as summed")
	}
	if n := s.count(`SELECT count(*) FROM search_summaries WHERE block = 4`); n != 0 {
		t.Errorf("%d summaries of it", n)
	}
	if got := refs(s.find(s.store, "bob", "xylophone", 10)); !slices.Equal(got, []string{"general/37"}) {
		t.Errorf("found %v", got)
	}
}

// The index that is made anew is summed, too.
func TestRebuildSums(t *testing.T) {
	t.Parallel()
	s, _ := newSummed(t)
	if _, err := Rebuild(t.Context(), s.url); err != nil {
		t.Fatal(err)
	}
	s.exec(`INSERT INTO search_blocks (no, starts) SELECT max(no) + 1, now() FROM search_blocks`)
	id := s.post("general", "ada", "a xylophone", time.Now())
	s.index(allBatches)
	s.change("general", 37, "a xylophone") // the trigger is in force again
	s.index(allBatches)
	if n := s.count(`SELECT count(*) FROM search_blocks WHERE summed IS NULL`); n != 1 {
		t.Errorf("%d blocks are not summed, want the last alone", n)
	}
	if got := s.find(s.store, "bob", "xylophone", 10); len(got) != 2 || got[0].ID != id || got[1].ID != 37 {
		t.Errorf("found %v", refs(got))
	}
	if got := s.find(s.store, "bob", "nothing", 10); len(got) != 99 {
		t.Errorf("found %d, want 99", len(got))
	}
}
