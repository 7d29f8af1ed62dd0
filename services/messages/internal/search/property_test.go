package search

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core/chat"
)

// The words of what is said and searched for. Some are parts of others.
var vocabulary = []string{
	"deploy", "deployed", "ploy", "the", "theme", "go", "Good", "c++", "foo_bar()", "err", "!=", "nil", "https://example.org/a?b=c",
	"example", "中文", "说中文", "カタカナ", "한국어", "🎉", "Straße", "x", "naïve", "v1.2.3", "2026",
}

var (
	names = []string{"ada", "bob", "gus", "eve"}
	homes = []string{"general", "common", "open", "private", "direct"}
)

// guess is a query of which is known what it must find.
type guess struct {
	text string
	find func(*chat.Message) bool
}

// wholly returns what finds a word that stands by itself.
func wholly(w string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|[^\p{L}\p{N}\p{M}])` + regexp.QuoteMeta(w) + `($|[^\p{L}\p{N}\p{M}])`)
}

// contains is what an unquoted word means.
func contains(w string) func(string) bool {
	switch w {
	case "go", "x", "c++": // too short to be found within others
		return wholly(w).MatchString
	}
	return func(body string) bool { return strings.Contains(strings.ToLower(body), strings.ToLower(w)) }
}

func guessed(dice *rand.Rand) guess {
	pick := func(all []string) string { return all[dice.IntN(len(all))] }
	a, b := pick(vocabulary), pick(vocabulary)
	ascii := pick([]string{"deploy", "the", "go", "err", "nil", "example"})
	inA, inB := contains(a), contains(b)
	name, home := pick(names), pick(homes)
	switch dice.IntN(9) {
	case 0:
		return guess{a + " " + b, func(m *chat.Message) bool { return inA(m.Body) && inB(m.Body) }}
	case 1:
		return guess{a + " or " + b, func(m *chat.Message) bool { return inA(m.Body) || inB(m.Body) }}
	case 2:
		whole := wholly(ascii)
		return guess{a + " -" + ascii, func(m *chat.Message) bool { return inA(m.Body) && !whole.MatchString(m.Body) }}
	case 3:
		whole := wholly(ascii)
		return guess{`"` + ascii + `"`, func(m *chat.Message) bool { return whole.MatchString(m.Body) }}
	case 4:
		return guess{a + " from:" + name, func(m *chat.Message) bool { return inA(m.Body) && m.Username == name }}
	case 7:
		return guess{"from:" + name, func(m *chat.Message) bool { return m.Username == name }}
	case 5:
		return guess{"in:" + home + " " + a, func(m *chat.Message) bool { return inA(m.Body) && m.Room == home }}
	case 6:
		return guess{"has:link -from:" + name, func(m *chat.Message) bool { return strings.Contains(m.Body, "https://") && m.Username != name }}
	}
	return guess{a, func(m *chat.Message) bool { return inA(m.Body) }}
}

func saying(dice *rand.Rand) string {
	words := make([]string, 1+dice.IntN(6))
	for i := range words {
		words[i] = vocabulary[dice.IntN(len(vocabulary))]
	}
	return strings.Join(words, []string{" ", " ", ", ", "\n"}[dice.IntN(4)])
}

// Whatever was said, changed and deleted, whatever of it is indexed: a search
// finds what one finds by reading everything that one may read, in order.
func TestSearchIsReadingEverything(t *testing.T) {
	t.Parallel()
	newSystem(t).readsEverything(func(round int) bool { return round < 30 })
}

// readsEverything searches while things are said, changed and deleted, for as
// many rounds as is wanted.
func (s *system) readsEverything(another func(round int) bool) {
	t := s.t
	t.Helper()
	dice := rand.New(rand.NewPCG(7, 9))
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s.exec(`INSERT INTO search_blocks (no, starts) SELECT n, $1::timestamptz + n * interval '40 s' FROM generate_series(1, 200) n`, began)
	type said struct {
		room string
		id   chat.Position
	}
	var all []said
	for round := 0; another(round); round++ {
		for range 40 {
			room, at := homes[dice.IntN(len(homes))], began.Add(time.Duration(dice.IntN(10_000))*time.Second)
			all = append(all, said{room, s.post(room, names[dice.IntN(len(names))], saying(dice), at)})
		}
		for range 5 {
			m := all[dice.IntN(len(all))]
			body := ""
			if dice.IntN(2) == 0 {
				body = saying(dice)
			}
			s.change(m.room, m.id, body)
		}
		s.exec(`UPDATE memberships SET member = NOT member WHERE username = 'bob' AND room = 'private' OR username = 'gus' AND room = 'direct'`)
		s.index([]int{0, 1, allBatches}[round%3])
		for range 20 {
			username, g := append(names, "mal")[dice.IntN(5)], guessed(dice)
			var want []chat.Message
			for _, m := range s.readable(username) {
				if g.find(&m) {
					want = append(want, m)
				}
			}
			got := refs(s.find(s.store, username, g.text, 1+dice.IntN(100)))
			if !slices.Equal(got, refs(want)) {
				t.Fatalf("round %d: %s finds with %s\n%v\nwant\n%v", round, username, g.text, got, refs(want))
			}
		}
	}
}

// A search that leaves off before the end goes on with the next page, and passes
// over nothing: neither of what is indexed nor of what is not.
func TestSearchThatLeavesOffGoesOn(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.store.most = 3
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s.exec(`INSERT INTO search_blocks (no, starts) SELECT n, $1::timestamptz + n * interval '100 s' FROM generate_series(1, 10) n`, began)
	var want []string
	for i := range 200 {
		body := "a b"
		if i%29 == 0 {
			body = "b, a: both, but not side by side"
		}
		if i%31 == 0 {
			body = "this is b a"
		}
		id := s.post("general", "ada", body, began.Add(time.Duration(5*i)*time.Second))
		if i%31 == 0 {
			want = append([]string{fmt.Sprintf("general/%d", id)}, want...)
		}
		if i == 100 {
			s.index(allBatches)
		}
	}
	for _, limit := range []int{1, 3, 50} {
		if got := refs(s.find(s.store, "bob", `"b a"`, limit)); !slices.Equal(got, want) {
			t.Errorf("%d at a time: %v, want %v", limit, got, want)
		}
	}
}

// More than one block is filled, in order of time.
func TestBlocksAreMade(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	const n = 3000
	s.exec(`
		INSERT INTO messages (room, id, revision, username, body, created_at)
		SELECT 'general', n, n, 'ada', 'message number' || n || '.', '2026-01-01'::timestamptz + n * interval '1 s' FROM generate_series(1, $1::int) n`, n)
	s.exec(`UPDATE rooms SET head = $1 WHERE name = 'general'`, n)
	s.index(allBatches)
	var blocks, wrong int
	err := s.pool.QueryRow(t.Context(), `
		SELECT (SELECT count(*) FROM search_blocks),
			(SELECT count(*) FROM search_messages s WHERE NOT s.terms @> ARRAY[
				(SELECT -2 * no - 1 FROM search_blocks WHERE starts <= s.at ORDER BY starts DESC LIMIT 1)])`).Scan(&blocks, &wrong)
	if err != nil || blocks != 3 || wrong != 0 {
		t.Errorf("%d blocks, %d messages in a wrong one, %v; want 3", blocks, wrong, err)
	}
	found := s.find(s.store, "bob", "message number", 200)
	if len(found) != n || found[0].ID != n || found[n-1].ID != 1 {
		t.Errorf("found %d", len(found))
	}
	for _, id := range []int{1, 1024, 1025, 3000} {
		if got := refs(s.find(s.store, "bob", fmt.Sprintf(`"number%d"`, id), 10)); len(got) != 1 {
			t.Errorf("%d: found %v", id, got)
		}
	}
}
