package history

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/wire"
)

// Ask names a log and the position after which it is read.
type Ask struct {
	Topic wire.Topic
	After chat.Position
}

// AfterAll is [Store.After] for many logs, in one query for the rooms and one
// for the people. A log that doesn't exist has no page. limit is each log's.
func (s *Store) AfterAll(ctx context.Context, asks []Ask, limit int) (map[wire.Topic]Page, error) {
	rooms, people := split(asks)
	pages := make(map[wire.Topic]Page, len(asks))
	if len(rooms) > 0 {
		after := startsOf(rooms)
		var profiled []wire.Topic
		err := s.rooms(ctx, rooms, `SELECT * FROM messages
			WHERE room = r.name AND id > r.floor AND revision > asked.after AND revision <= r.head ORDER BY revision LIMIT $3`,
			func(topic wire.Topic, page Page, room *roomRow) {
				page.From = after[topic]
				if room.Revision > page.From {
					page.Events = insert(page.Events, &room.Room)
				}
				if room.profiled > page.From {
					profiled = append(profiled, topic)
				}
				pages[topic] = page
			}, limit)
		if err == nil {
			err = s.addProfiles(ctx, pages, profiled)
		}
		if err != nil {
			return nil, err
		}
		for topic, page := range pages {
			pages[topic] = page.following(page.From, limit)
		}
	}
	if len(people) > 0 {
		after := startsOf(people)
		found, err := s.people(ctx, people, limit)
		if err != nil {
			return nil, err
		}
		for topic, page := range found {
			pages[topic] = page.following(after[topic], limit)
		}
	}
	return pages, nil
}

// rooms reads messages of many rooms by a selection for each, and hands over
// each room with them.
func (s *Store) rooms(ctx context.Context, asks []Ask, selection string, found func(wire.Topic, Page, *roomRow), args ...any) error {
	names, after := make([]string, len(asks)), make([]chat.Position, len(asks))
	for i, ask := range asks {
		names[i], after[i] = string(ask.Topic), ask.After
	}
	rows, err := s.db.Query(ctx, `
		SELECT `+roomColumns+`, `+columns+`
		FROM unnest($1::text[], $2::bigint[]) AS asked (name, after)
		JOIN rooms r ON r.name = asked.name
		LEFT JOIN LATERAL (`+selection+`) AS said ON true
		ORDER BY r.name, said.revision`, append([]any{names, after}, args...)...)
	if err != nil {
		return fmt.Errorf("read histories: %w", err)
	}
	var last *roomRow
	var room roomRow
	var one row
	var events []wire.Event
	flush := func() {
		if last != nil {
			found(wire.RoomTopic(last.Room.Room), Page{Head: last.head, Events: events}, last)
		}
	}
	_, err = pgx.ForEachRow(rows, append(roomTargets(&room), one.targets()...), func() error {
		if last == nil || last.Room.Room != room.Room.Room {
			flush()
			told := room
			last, events = &told, nil
		}
		if m, ok := one.message(room.Room.Room); ok {
			events = append(events, &m)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read histories: %w", err)
	}
	flush()
	return nil
}

func split(asks []Ask) (rooms, people []Ask) {
	for _, ask := range asks {
		if _, ok := ask.Topic.Person(); ok {
			people = append(people, ask)
		} else {
			rooms = append(rooms, ask)
		}
	}
	return rooms, people
}

func startsOf(asks []Ask) map[wire.Topic]chat.Position {
	after := make(map[wire.Topic]chat.Position, len(asks))
	for _, ask := range asks {
		after[ask.Topic] = ask.After
	}
	return after
}
