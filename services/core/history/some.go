package history

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/access"
	"parley/core/chat"
)

// Some returns those of a room's messages that have one of ids, in order of
// id. Nobody is asked whether they may be read.
func (s *Store) Some(ctx context.Context, room string, ids []chat.Position) ([]chat.Message, error) {
	return s.messages(ctx, `
		SELECT said.room, `+columns+` FROM messages said
		WHERE said.room = $1 AND said.id = ANY($2) AND said.id > (SELECT floor FROM rooms WHERE name = $1)
		ORDER BY said.id`, room, ids)
}

// Pinned returns the pinned messages of a room as username may read them, the
// newest pin first. Errors: [ErrNotFound].
func (s *Store) Pinned(ctx context.Context, username, room string) ([]chat.Message, error) {
	if _, err := s.reversed(ctx, username, room, maxPosition, 1); err != nil {
		return nil, err
	}
	return s.messages(ctx, `
		SELECT said.room, `+columns+`
		FROM users p
		JOIN rooms r ON r.name = $2
		LEFT JOIN memberships m ON m.username = p.username AND m.room = r.name
		JOIN messages said ON said.room = r.name AND said.pinned_at IS NOT NULL AND said.id > r.floor
		WHERE p.username = $1 AND `+access.Read+`
		ORDER BY said.pinned_at DESC, said.id DESC`, username, room)
}

// Pins returns how many messages of a room are pinned.
func (s *Store) Pins(ctx context.Context, room string) (count int, err error) {
	err = s.db.QueryRow(ctx, `
		SELECT count(*) FROM messages
		WHERE room = $1 AND pinned_at IS NOT NULL AND id > (SELECT floor FROM rooms WHERE name = $1)`, room).Scan(&count)
	if err != nil {
		return 0, fmt.Errorf("count pins: %w", err)
	}
	return count, nil
}

// messages reads messages of any rooms: the room, and then columns.
func (s *Store) messages(ctx context.Context, sql string, args ...any) ([]chat.Message, error) {
	rows, err := s.db.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	all := []chat.Message{}
	var room string
	var one row
	_, err = pgx.ForEachRow(rows, append([]any{&room}, one.targets()...), func() error {
		if m, ok := one.message(room); ok {
			all = append(all, m)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	return all, nil
}

// Unrendered returns messages that version renderer has not looked at, the
// first that follow (room, id) in that order.
func (s *Store) Unrendered(ctx context.Context, renderer int, room string, id chat.Position, limit int) ([]chat.Message, error) {
	return s.messages(ctx, `
		SELECT said.room, `+columns+` FROM messages said
		WHERE (said.room, said.id) > ($1, $2) AND said.renderer IS DISTINCT FROM $3::int AND said.deleted_at IS NULL
		ORDER BY said.room, said.id LIMIT $4`, room, id, renderer, limit)
}
