// Package search finds messages by what they say.
//
// What the index knows of a message are its terms (terms.go). They are wide
// enough that no message is missed, and every candidate is compared once more,
// as it is now (match.go): what a search answers is what it would have answered
// by looking at all messages that the asker may read.
//
//	messages ──▶ indexer: one replica at a time ──▶ search_messages
//	    │                                                │ newest blocks first (blocks.go)
//	    └── what is not indexed yet (tail.go) ──▶ merge ◀┘ compare, mark (snippet.go)
//
// A message is put in its place by its time, then by its room and id.
package search

import (
	"context"
	"math"
	"strings"
	"time"

	"parley/core/chat"
	"parley/core/history"
)

// Hit is a message that was found.
type Hit struct {
	chat.Message
	Snippet string // HTML
}

// Page is what a search has found.
type Page struct {
	Hits []Hit // newest first
	// More reports whether there may be others, older than Next. A search that
	// looked at very much for very long leaves off, maybe without any hit.
	More bool
	Next history.Place
}

// Search returns the newest limit messages that q finds before a place, of those
// that username may read. In a quiet system it finds all that was committed
// before it began; while very much is being posted, some of that comes later.
// Errors: [ErrBusy], ctx's, Postgres's.
func (s *Store) Search(ctx context.Context, username string, q Query, before history.Place, limit int) (Page, error) {
	leave, err := s.gate.enter(ctx, username)
	if err != nil {
		return Page{}, err
	}
	defer leave()
	if before.At.IsZero() || older(end, before) {
		before = end
	}
	o, err := s.open(ctx, username)
	if err != nil || !o.allowed {
		return Page{}, err
	}
	late, err := s.unindexed(ctx, username, &o)
	if err != nil {
		return Page{}, err
	}
	w := walk{store: s, query: &q, username: username, opening: o, limit: limit, seen: make(map[key]struct{}, len(late))}
	for _, c := range late {
		w.seen[keyOf(c)] = struct{}{}
		if older(c.place, before) && q.Match(&c.message) {
			w.late = append(w.late, c)
		}
	}
	if err := w.run(ctx, before); err != nil {
		return Page{}, err
	}
	return w.page(), nil
}

// key names a message.
type key struct {
	room string
	id   chat.Position
}

func keyOf(c candidate) key { return key{c.place.Room, c.place.ID} }

// walk is a search on its way through the index.
type walk struct {
	store    *Store
	query    *Query
	username string
	opening  opening
	limit    int

	late   []candidate      // hits that are not indexed, in any order
	seen   map[key]struct{} // messages that have been looked at
	hits   []candidate      // newest first
	looked int              // at so many candidates
	left   bool             // off, before the end
	at     history.Place    // everything before it has not been looked at
}

// spare is how many more candidates are asked for than hits are wanted. One more
// hit tells that there are others.
const spare = 6

// run looks for one hit more than are wanted.
func (w *walk) run(ctx context.Context, before history.Place) error {
	began := time.Now()
	a := ask{username: w.username, since: w.query.since, mark: w.opening.mark}
	a.inBlock, a.rooms = w.opening.narrow(w.query.terms(false))
	a.inMessage, _ = w.opening.narrow(w.query.terms(true))
	if until := w.query.until; !until.IsZero() && until.Before(before.At) {
		before = history.Place{At: until}
	}
	w.at = before
	for i, step := range w.opening.blocks.steps(before.At, a.since) {
		a.step, a.limit = step, w.limit+spare
		for w.at != step.first {
			if len(w.hits) > w.limit {
				return nil
			}
			if w.looked > w.store.most || i > 0 && time.Since(began) > patience {
				w.left = true
				return nil
			}
			if err := w.look(ctx, &a, step.first); err != nil {
				return err
			}
		}
	}
	return nil
}

// look takes the next candidates of a step. There are as many at a time as
// before, or twice that if few of them were hits.
func (w *walk) look(ctx context.Context, a *ask, first history.Place) error {
	a.before = w.at
	found, err := w.store.candidates(ctx, *a)
	if err != nil {
		return err
	}
	for _, c := range found {
		w.at = c.place
		if _, again := w.seen[keyOf(c)]; again {
			continue
		}
		w.seen[keyOf(c)] = struct{}{}
		if !c.gone && w.query.Match(&c.message) {
			w.hits = append(w.hits, c)
		}
	}
	w.looked += len(found)
	if len(found) < a.limit {
		w.at = first
	}
	a.limit = min(2*a.limit, 1000)
	return nil
}

// lastRoom is the name of a room that no other room's comes after.
var lastRoom = strings.Repeat("z", 100)

// named returns a place with a room in it, as the place of a message has one,
// before which the same messages stand.
func named(p history.Place) history.Place {
	if p.Room == "" {
		return history.Place{At: p.At.Add(-time.Microsecond), Room: lastRoom, ID: math.MaxInt64}
	}
	return p
}

// page merges what is indexed with what is not.
func (w *walk) page() (p Page) {
	all := w.hits
	for _, c := range w.late {
		if !w.left || !older(c.place, w.at) { // what is older comes with the next page
			all = append(all, c)
		}
	}
	newestFirst(all)
	p.More, p.Next = w.left, named(w.at)
	if len(all) > w.limit {
		all = all[:w.limit]
		p.More, p.Next = true, all[w.limit-1].place
	}
	p.Hits = make([]Hit, len(all))
	for i, c := range all {
		p.Hits[i] = Hit{c.message, w.query.Snippet(c.message.Body)}
	}
	return p
}
