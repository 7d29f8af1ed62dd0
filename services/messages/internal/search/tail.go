package search

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/access"
	"parley/core/backing"
	"parley/core/chat"
	"parley/core/history"
)

// Bounds of the tail: what is committed and not indexed yet.
const (
	tailRooms = 400
	tailSize  = 4000 // messages in all, more or less; the newest of each room
)

// tail are rooms that have changed since they were indexed.
type tail struct {
	rooms     []string
	positions []chat.Position // up to which they have been indexed
}

// findTail returns which rooms have a tail, and the snapshot in which that was so.
func (s *Store) findTail(ctx context.Context) (t tail, snapshot string, err error) {
	rows, err := s.main.Query(ctx, `
		SELECT `+backing.Moment+`, late.room, late.position
		FROM (SELECT) AS one LEFT JOIN (
			SELECT r.name::text AS room, coalesce(i.position, 0) AS position
			FROM rooms r LEFT JOIN search_rooms i ON i.room = r.name
			WHERE r.head > coalesce(i.position, 0)
			LIMIT $1
		) AS late ON true`, tailRooms)
	if err != nil {
		return tail{}, "", fmt.Errorf("look for what is not indexed: %w", err)
	}
	var room *string
	var position *chat.Position
	_, err = pgx.ForEachRow(rows, []any{&snapshot, &room, &position}, func() error {
		if room != nil {
			t.rooms, t.positions = append(t.rooms, *room), append(t.positions, *position)
		}
		return nil
	})
	if err != nil {
		return tail{}, "", fmt.Errorf("look for what is not indexed: %w", err)
	}
	return t, snapshot, nil
}

// readTail returns the messages of a tail that username may read and that were
// not deleted.
func (s *Store) readTail(ctx context.Context, username string, t tail) (found []candidate, err error) {
	each := max(tailSize/len(t.rooms), 10)
	rows, err := s.index.Query(ctx, `
		SELECT late.room, `+history.Columns+`
		FROM users p, unnest($2::text[], $3::int8[]) AS late (room, position)
		JOIN rooms r ON r.name = late.room
		LEFT JOIN memberships m ON m.username = $1 AND m.room = late.room,
		LATERAL (
			SELECT * FROM messages
			WHERE room = late.room AND id > r.floor AND revision > late.position ORDER BY revision DESC LIMIT $4
		) AS said
		WHERE p.username = $1 AND said.deleted_at IS NULL AND `+access.Read, username, t.rooms, t.positions, each)
	if err != nil {
		return nil, fmt.Errorf("read what is not indexed: %w", err)
	}
	var room string
	var said history.Reader
	_, err = pgx.ForEachRow(rows, append([]any{&room}, said.Targets()...), func() error {
		if m, ok := said.Message(room); ok {
			found = append(found, candidate{place: history.PlaceOf(&m), message: m})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what is not indexed: %w", err)
	}
	return found, nil
}
