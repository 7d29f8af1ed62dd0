package history

import (
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
	var page Page
	var err error
	if username, ok := topic.Person(); ok {
		page, err = s.person(ctx, username, at, limit)
	} else {
		page, err = s.room(ctx, string(topic), limit, `revision > $2 AND revision <= r.head ORDER BY revision LIMIT $3`, at, limit)
	}
	if err != nil {
		return Page{}, err
	}
	page.From, page.Upto = at, page.Head
	page.Events = slices.DeleteFunc(page.Events, func(e wire.Event) bool { return e.At() <= at })
	if len(page.Events) >= limit {
		page.Events = page.Events[:limit]
		page.Upto = page.Events[limit-1].At()
	}
	return page, nil
}

// room reads messages of a room by a condition on them, and the room itself if
// it ever changed, in order of revision. It is one statement, so head and
// events are of one snapshot.
func (s *Store) room(ctx context.Context, name string, limit int, condition string, args ...any) (Page, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT r.head, r.revision, r.kind, r.title, r.topic, r.archived_at IS NOT NULL, `+columns+`
		FROM rooms r LEFT JOIN LATERAL (
			SELECT * FROM messages WHERE room = r.name AND `+condition+`
		) AS said ON true
		WHERE r.name = $1
		ORDER BY said.revision`, append([]any{name}, args...)...)
	if err != nil {
		return Page{}, fmt.Errorf("read history: %w", err)
	}
	page := Page{Events: make([]wire.Event, 0, min(limit, 64)), Head: -1}
	room := wire.Room{Room: name}
	var one row
	targets := append([]any{&page.Head, &room.Revision, &room.Kind, &room.Title, &room.Topic, &room.Archived}, one.targets()...)
	_, err = pgx.ForEachRow(rows, targets, func() error {
		if m, ok := one.message(name); ok {
			page.Events = append(page.Events, &m)
		}
		return nil
	})
	if err != nil {
		return Page{}, fmt.Errorf("read history: %w", err)
	}
	if page.Head < 0 {
		return Page{}, ErrNotFound
	}
	if room.Revision > 0 {
		page.Events = insert(page.Events, &room)
	}
	return page, nil
}

// person reads what follows position at in a person's log.
func (s *Store) person(ctx context.Context, username string, at chat.Position, limit int) (Page, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT p.head, p.revision, p.display_name, p.role,
			m.revision, m.room, r.kind, m.member, m.moderator, m.joined, m.read, m.notify, r.people
		FROM users p LEFT JOIN LATERAL (
			SELECT * FROM memberships
			WHERE username = p.username AND revision > $2 AND revision <= p.head
			ORDER BY revision LIMIT $3
		) m ON true
		LEFT JOIN rooms r ON r.name = m.room
		WHERE p.username = $1
		ORDER BY m.revision`, username, at, limit)
	if err != nil {
		return Page{}, fmt.Errorf("read person: %w", err)
	}
	page := Page{Head: -1}
	person := wire.Person{Username: username}
	var m struct {
		revision, joined, read *chat.Position
		room                   *string
		kind                   *chat.Kind
		member, moderator      *bool
		notify                 *chat.Level
		people                 []string
	}
	_, err = pgx.ForEachRow(rows, []any{
		&page.Head, &person.Revision, &person.DisplayName, &person.Role,
		&m.revision, &m.room, &m.kind, &m.member, &m.moderator, &m.joined, &m.read, &m.notify, &m.people,
	}, func() error {
		if m.revision == nil || m.kind == nil {
			return nil
		}
		page.Events = append(page.Events, &wire.Membership{
			Revision: *m.revision, Room: *m.room, Kind: *m.kind, Member: *m.member, Moderator: *m.moderator,
			Joined: *m.joined, Read: *m.read, Notify: *m.notify, People: m.people,
		})
		m.people = nil
		return nil
	})
	if err != nil {
		return Page{}, fmt.Errorf("read person: %w", err)
	}
	if page.Head < 0 {
		return Page{}, ErrNotFound
	}
	if person.Revision > 0 {
		page.Events = insert(page.Events, &person)
	}
	return page, nil
}
