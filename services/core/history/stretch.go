package history

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/access"
	"parley/core/backing"
	"parley/core/chat"
)

// The numbers of messages in a stretch of history.
const (
	DefaultStretch = 50
	MaxStretch     = 200
)

// Stretch is a run of a room's messages without a gap.
type Stretch struct {
	Messages []chat.Message // oldest first
	Head     chat.Position  // of the room, at the same moment
	More     bool           // in the direction that was asked for; of Around: older ones
}

// Cut says which stretch: the messages before an id, those after one, those
// around one, those from a time on, the oldest, or, with nothing said, the
// newest.
type Cut struct {
	Before, After, Around chat.Position
	Since                 time.Time
	Oldest                bool
}

// Stretch returns at most limit messages of a room as username may read them.
// Head and messages are of one moment: a stream that goes on after Head misses
// none. Errors: [ErrNotFound] for a room that username may not read, too.
func (s *Store) Stretch(ctx context.Context, username, room string, cut Cut, limit int) (Stretch, error) {
	switch {
	case !cut.Since.IsZero():
		return s.since(ctx, username, room, cut.Since, limit)
	case cut.Around > 0:
		return s.around(ctx, username, room, cut.Around, limit)
	case cut.After > 0 || cut.Oldest:
		return s.stretch(ctx, username, room, `id > $3 ORDER BY id`, cut.After, limit)
	case cut.Before > 0:
		return s.reversed(ctx, username, room, cut.Before, limit)
	}
	return s.reversed(ctx, username, room, maxPosition, limit)
}

const maxPosition = chat.Position(1<<63 - 1)

func (s *Store) reversed(ctx context.Context, username, room string, before chat.Position, limit int) (Stretch, error) {
	found, err := s.stretch(ctx, username, room, `id < $3 ORDER BY id DESC`, before, limit)
	slices.Reverse(found.Messages)
	return found, err
}

// around returns the message of id and those beside it: half of limit before
// it, the others from it on. It is two statements, the older stretch first, so
// Head is that of the newer one and nothing between is missing: ids are never
// handed out below the head.
func (s *Store) around(ctx context.Context, username, room string, id chat.Position, limit int) (Stretch, error) {
	older, err := s.reversed(ctx, username, room, id, limit/2)
	if err != nil {
		return Stretch{}, err
	}
	newer, err := s.stretch(ctx, username, room, `id >= $3 ORDER BY id`, id, limit-len(older.Messages))
	if err != nil {
		return Stretch{}, err
	}
	newer.Messages = append(older.Messages, newer.Messages...)
	newer.More = older.More
	return newer, nil
}

// stretch reads limit messages by a condition on id, and looks whether there
// are more.
func (s *Store) stretch(ctx context.Context, username, room, condition string, at chat.Position, limit int) (Stretch, error) {
	rows, err := s.db.Query(ctx, `
		SELECT r.head, `+columns+`
		FROM users p
		JOIN rooms r ON r.name = $2
		LEFT JOIN memberships m ON m.username = p.username AND m.room = r.name
		LEFT JOIN LATERAL (
			SELECT * FROM messages WHERE room = r.name AND id > r.floor AND `+condition+` LIMIT $4
		) AS said ON true
		WHERE p.username = $1 AND `+access.Read, username, room, at, limit+1)
	if err != nil {
		return Stretch{}, fmt.Errorf("read history: %w", err)
	}
	found := Stretch{Messages: []chat.Message{}, Head: -1}
	var one row
	_, err = pgx.ForEachRow(rows, append([]any{&found.Head}, one.targets()...), func() error {
		if m, ok := one.message(room); ok {
			found.Messages = append(found.Messages, m)
		}
		return nil
	})
	if err != nil {
		return Stretch{}, fmt.Errorf("read history: %w", err)
	}
	if found.Head < 0 {
		return Stretch{}, ErrNotFound
	}
	if found.Head < s.least {
		return Stretch{}, backing.ErrBehind
	}
	if len(found.Messages) > limit {
		found.Messages, found.More = found.Messages[:limit], true
	}
	return found, nil
}
