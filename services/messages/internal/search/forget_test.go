package search

import (
	"fmt"
	"testing"
	"time"
)

// What has expired is found no more: at once, while its rows are deleted, and when
// it is out of the index, which then keeps nothing of it, nor do the summaries.
func TestWhatHasExpiredIsForgotten(t *testing.T) {
	t.Parallel()
	s, began := newSummed(t) // general has ten messages in each block
	kept := s.post("common", "ada", "nothing but this", began.Add(301*time.Second))
	s.change("general", 25, "a xylophone")
	s.change("general", 45, "a second xylophone")
	s.index(allBatches)
	found := func(query string) string { return fmt.Sprint(len(s.find(s.store, "bob", query, 7))) }
	before := s.count(`SELECT count(DISTINCT block) FROM search_summaries`)

	s.exec(`UPDATE rooms SET floor = 44, head = head + 1, revision = head + 1 WHERE name = 'general'`)
	check := func(when string) {
		t.Helper()
		for query, want := range map[string]string{"xylophone": "1", "second": "1", `"nothing new"`: "55", "nothing": "56", "in:common nothing": "1"} {
			if got := found(query); got != want {
				t.Errorf("%s, %s: %s are found, want %s", when, query, got, want)
			}
		}
	}
	check("at once")
	s.exec(`DELETE FROM messages WHERE room = 'general' AND id <= 20`)
	check("while rows are deleted")
	s.index(allBatches)
	check("out of the index")
	s.exec(`DELETE FROM messages WHERE room = 'general' AND id <= 44`)
	if n := s.wrong(); n > 0 {
		t.Errorf("%d are indexed wrongly", n)
	}
	if n := s.count(`SELECT count(*) FROM search_blocks WHERE summed IS NOT TRUE`); n != 1 {
		t.Errorf("%d blocks are not summed, want the last", n)
	}
	// Of the first four blocks only the third has something left: the message in common.
	if n := s.count(`SELECT count(DISTINCT block) FROM search_summaries`); n != before-3 {
		t.Errorf("%d summaries of %d are left, want 3 fewer", n, before)
	}
	terms := s.count(fmt.Sprintf(`SELECT count(*) FROM search_summaries WHERE terms @> ARRAY[%d]`, termOf(kindWord, "xylophone")))
	if terms != 1 || kept != 1 {
		t.Errorf("the word is in %d summaries, want 1", terms)
	}
	s.index(allBatches)
	if n := s.count(`SELECT count(*) FROM search_rooms WHERE floor = 44`); n != 1 {
		t.Errorf("%d rooms are cleared", n)
	}
}
