package history

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/wire"
)

// Latest returns the newest events of each of topics that exists, in one query
// for the rooms and one for the people: at most limit messages of a room, and
// at most size bytes of what they say; of a person's log, none. Each page
// reaches its log's head.
func (s *Store) Latest(ctx context.Context, topics []wire.Topic, limit, size int) (map[wire.Topic]Page, error) {
	pages := make(map[wire.Topic]Page, len(topics))
	var people []wire.Topic
	var rooms []string
	for _, topic := range topics {
		if _, ok := topic.Person(); ok {
			people = append(people, topic)
		} else {
			rooms = append(rooms, string(topic))
		}
	}
	if len(people) > 0 {
		heads, err := s.Heads(ctx, people)
		if err != nil {
			return nil, err
		}
		for topic, head := range heads {
			pages[topic] = Page{From: head, Upto: head, Head: head}
		}
	}
	if len(rooms) > 0 {
		if err := s.latest(ctx, rooms, limit, size, pages); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// latest adds the newest events of rooms to pages.
func (s *Store) latest(ctx context.Context, rooms []string, limit, size int, pages map[wire.Topic]Page) error {
	rows, err := s.db.Query(ctx, `
		SELECT `+roomColumns+`, `+columns+`
		FROM rooms r LEFT JOIN LATERAL (
			SELECT * FROM (
				SELECT *, sum(octet_length(body) + coalesce(octet_length(html), 0) + coalesce(pg_column_size(reactions), 0))
					OVER (ORDER BY revision DESC) AS size
				FROM (SELECT * FROM messages WHERE room = r.name AND id > r.floor ORDER BY revision DESC LIMIT $2) AS newest
			) AS sized
			WHERE size <= $3
		) AS said ON true
		WHERE r.name = ANY($1)
		ORDER BY r.name, said.revision`, rooms, limit, size)
	if err != nil {
		return fmt.Errorf("read history: %w", err)
	}
	changed := make(map[wire.Topic]roomRow)
	var room roomRow
	var one row
	targets := append(roomTargets(&room), one.targets()...)
	_, err = pgx.ForEachRow(rows, targets, func() error {
		topic := wire.RoomTopic(room.Room.Room)
		page, again := pages[topic]
		if !again {
			page = Page{From: room.head, Upto: room.head, Head: room.head}
			changed[topic] = room
		}
		if m, ok := one.message(room.Room.Room); ok {
			page.Events = append(page.Events, &m)
			page.From = page.Events[0].At() - 1
		}
		pages[topic] = page
		return nil
	})
	if err != nil {
		return fmt.Errorf("read history: %w", err)
	}
	var profiled []wire.Topic
	for topic, room := range changed {
		page := pages[topic]
		if room.Revision > page.From {
			page.Events = insert(page.Events, &room.Room)
			pages[topic] = page
		}
		if room.profiled > page.From {
			profiled = append(profiled, topic)
		}
	}
	return s.addProfiles(ctx, pages, profiled)
}

// insert puts e in its place among events, which are in order of revision.
func insert(events []wire.Event, e wire.Event) []wire.Event {
	i, _ := slices.BinarySearchFunc(events, e.At(), func(e wire.Event, at chat.Position) int { return int(e.At() - at) })
	return slices.Insert(events, i, e)
}
