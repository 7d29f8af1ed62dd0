package room

import (
	"slices"
	"unique"

	"parley/core/chat"
	"parley/core/history"
)

// most is how far unread messages are counted: exact up to 99, 100 is more.
const most = 100

// tail is the newest messages of a room when its head was head: what is unread
// there to whomever has read far enough.
type tail struct {
	head, from chat.Position // it misses none above from
	said       []said        // newest first
	full       bool          // there are most messages that count
}

// said is a message of a tail.
type said struct {
	id   chat.Position
	by   unique.Handle[string]
	more *more // nil of most messages
}

// more is what few messages have.
type more struct {
	deleted  bool
	mentions []string
}

func newTail(t history.Tail) tail {
	made := tail{head: t.Head, from: t.From, said: make([]said, 0, len(t.Said))}
	count := 0
	for _, s := range t.Said {
		one := said{id: s.ID, by: unique.Make(s.Username)}
		if s.Deleted || s.Mentions != nil {
			one.more = &more{s.Deleted, s.Mentions}
		}
		if !s.Deleted {
			count++
		}
		made.said = append(made.said, one)
		if count == most {
			made.full = true
			break
		}
	}
	return made
}

// covers reports whether the tail says all that is unread above a position.
func (t *tail) covers(read chat.Position) bool { return t.full || t.from <= read }

// count returns how far a person has read, who has read up to a position that
// the tail covers: whoever posts has read up to there, also if they deleted it
// afterwards. And it counts what others said since, and did not delete, and how
// much of that mentions the person, by name or with all others.
func (t *tail) count(person unique.Handle[string], read chat.Position) (upto chat.Position, unread, mentions int) {
	for _, s := range t.said {
		switch {
		case s.id <= read || unread == most:
			return read, unread, mentions
		case s.by == person:
			return s.id, unread, mentions
		case s.more == nil:
			unread++
		case !s.more.deleted:
			unread++
			if s.more.mentioning(person.Value()) {
				mentions++
			}
		}
	}
	return read, unread, mentions
}

func (m *more) mentioning(username string) bool {
	return slices.ContainsFunc(m.mentions, func(name string) bool {
		return name == username || name == "@room" || name == "@here"
	})
}
