package history

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/wire"
)

// Page is what a log holds of the positions (From, Upto], in order of
// revision, each event as it is now. Positions without one were superseded by
// a later change of the same thing.
type Page struct {
	Events []wire.Event
	From   chat.Position
	Upto   chat.Position
	Head   chat.Position // of the log, in the same snapshot
}

// After returns at most limit events of topic that follow position at. The
// page reaches the head, or its last event if there is more.
func (s *Store) After(ctx context.Context, topic wire.Topic, at chat.Position, limit int) (Page, error) {
	pages, err := s.AfterAll(ctx, []Ask{{topic, at}}, limit)
	if err != nil {
		return Page{}, err
	}
	page, ok := pages[topic]
	if !ok {
		return Page{}, ErrNotFound
	}
	return page, nil
}

// following returns the page as one of at most limit events after position at.
func (p Page) following(at chat.Position, limit int) Page {
	p.From, p.Upto = at, p.Head
	if len(p.Events) >= limit {
		p.Events = p.Events[:limit]
		p.Upto = p.Events[limit-1].At()
	}
	return p
}

// membership is a person's row in a room as a query returns it, or NULLs where
// a LEFT JOIN found none.
type membership struct {
	revision, joined, read, reopened *chat.Position
	room                             *string
	kind                             *chat.Kind
	member, moderator                *bool
	notify                           *chat.Level
	people                           []string
}

func (m *membership) targets() []any {
	return []any{&m.revision, &m.room, &m.kind, &m.member, &m.moderator, &m.joined, &m.read, &m.reopened, &m.notify, &m.people}
}

// event returns the row's membership; ok is false for a row of NULLs.
func (m *membership) event() (e *wire.Membership, ok bool) {
	if m.revision == nil || m.kind == nil {
		return nil, false
	}
	e = &wire.Membership{
		Revision: *m.revision, Room: *m.room, Kind: *m.kind, Member: *m.member, Moderator: *m.moderator,
		Joined: *m.joined, Read: *m.read, Reopened: *m.reopened, Notify: *m.notify, People: m.people,
	}
	m.people = nil // the next row gets memory of its own
	return e, true
}

// people reads what follows each ask's position in a person's log: memberships,
// and the person's profile if it changed. It is one statement, so head and
// events are of one snapshot.
func (s *Store) people(ctx context.Context, asks []Ask, limit int) (map[wire.Topic]Page, error) {
	usernames, after := make([]string, len(asks)), make([]chat.Position, len(asks))
	for i, ask := range asks {
		usernames[i], _ = ask.Topic.Person()
		after[i] = ask.After
	}
	rows, err := s.db.Query(ctx, `
		SELECT p.username, asked.after, p.head, p.revision, p.display_name, p.role,
			p.avatar, p.status_text, p.status_emoji, p.status_until, p.time_zone, p.language, p.theme,
			m.revision, m.room, r.kind, m.member, m.moderator, m.joined, m.read, m.reopened, m.notify, r.people
		FROM unnest($1::text[], $2::bigint[]) AS asked (username, after)
		JOIN users p ON p.username = asked.username
		LEFT JOIN LATERAL (
			SELECT * FROM memberships
			WHERE username = p.username AND revision > asked.after AND revision <= p.head
			ORDER BY revision LIMIT $3
		) m ON true
		LEFT JOIN rooms r ON r.name = m.room
		ORDER BY p.username, m.revision`, usernames, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	pages := make(map[wire.Topic]Page, len(asks))
	var person wire.Person
	var m membership
	var at, head chat.Position
	targets := append([]any{&person.Username, &at, &head, &person.Revision, &person.DisplayName, &person.Role}, lookTargets(&person.Look)...)
	targets = append(targets, &person.TimeZone, &person.Language, &person.Theme)
	_, err = pgx.ForEachRow(rows, append(targets, m.targets()...), func() error {
		topic := wire.PersonTopic(person.Username)
		page, known := pages[topic]
		if !known {
			page.Head = head
			if profile := person; profile.Revision > at {
				page.Events = append(page.Events, &profile)
			}
		}
		if e, ok := m.event(); ok {
			page.Events = append(page.Events, e)
		}
		pages[topic] = page
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	for _, page := range pages { // the profile may come later than some memberships
		slices.SortFunc(page.Events, func(a, b wire.Event) int { return cmp.Compare(a.At(), b.At()) })
	}
	return pages, nil
}
