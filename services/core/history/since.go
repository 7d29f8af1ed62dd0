package history

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/backing"
	"parley/core/chat"
)

// since returns the messages from the first on that is not older than a time.
// Within a room time doesn't go back from one id to the next, so a binary
// search finds it in some twenty reads by index, and posts pay for no index on
// the time.
func (s *Store) since(ctx context.Context, username, room string, at time.Time, limit int) (Stretch, error) {
	newest, err := s.reversed(ctx, username, room, maxPosition, 1) // says whether username may
	if err != nil {
		return Stretch{}, err
	}
	older, later := chat.Position(0), newest.Head+1 // older is older than at, later isn't
	for later-older > 1 {
		middle := older + (later-older)/2
		id, created, err := s.firstFrom(ctx, room, middle)
		switch {
		case err != nil:
			return Stretch{}, err
		case id == 0 || !created.Before(at):
			later = middle
		default:
			older = id
		}
	}
	return s.stretch(ctx, username, room, `id > $3 ORDER BY id`, older, limit)
}

// firstFrom returns the id and the time of the first message from id on; id 0
// if there is none.
func (s *Store) firstFrom(ctx context.Context, room string, from chat.Position) (id chat.Position, created time.Time, err error) {
	var head chat.Position
	err = s.db.QueryRow(ctx, `
		SELECT r.head, coalesce(said.id, 0), coalesce(said.created_at, now())
		FROM rooms r LEFT JOIN LATERAL (
			SELECT id, created_at FROM messages WHERE room = r.name AND id >= $2 AND id > r.floor ORDER BY id LIMIT 1
		) AS said ON true
		WHERE r.name = $1`, room, from).Scan(&head, &id, &created)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, time.Time{}, fmt.Errorf("read history: %w", err)
	}
	if head < s.least {
		return 0, time.Time{}, backing.ErrBehind
	}
	return id, created, nil
}
