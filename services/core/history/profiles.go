package history

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"parley/core/chat"
	"parley/core/wire"
)

// addProfiles adds to the pages of topics, which are rooms, how those in them are
// shown that were changed behind the page's From. It is a statement of its own,
// since most rooms have none: what changed since the page's was read lies above
// the page's head, and is passed over like all that is superseded. So is who has
// left.
func (s *Store) addProfiles(ctx context.Context, pages map[wire.Topic]Page, topics []wire.Topic) error {
	if len(topics) == 0 {
		return nil
	}
	names, from, heads := make([]string, len(topics)), make([]chat.Position, len(topics)), make([]chat.Position, len(topics))
	for i, topic := range topics {
		names[i], from[i], heads[i] = string(topic), pages[topic].From, pages[topic].Head
	}
	rows, err := s.db.Query(ctx, `
		SELECT f.room, f.revision, u.username, f.version, u.display_name, u.avatar, u.status_text, u.status_emoji, u.status_until
		FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS asked (room, after, head)
		JOIN room_profiles f ON f.room = asked.room AND f.revision > asked.after AND f.revision <= asked.head
		JOIN memberships m ON m.room = f.room AND m.username = f.username AND m.member
		JOIN users u ON u.username = f.username`, names, from, heads)
	if err != nil {
		return fmt.Errorf("read profiles: %w", err)
	}
	changed, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*wire.Profile, error) {
		var p wire.Profile
		err := row.Scan(append([]any{&p.Room, &p.Revision, &p.Username, &p.Version, &p.DisplayName}, lookTargets(&p.Look)...)...)
		return &p, err
	})
	if err != nil {
		return fmt.Errorf("read profiles: %w", err)
	}
	for _, p := range changed {
		topic := wire.RoomTopic(p.Room)
		page := pages[topic]
		page.Events = insert(page.Events, p)
		pages[topic] = page
	}
	return nil
}

// lookTargets are where the columns avatar, status_text, status_emoji and
// status_until go.
func lookTargets(l *wire.Look) []any {
	return []any{&l.Avatar, &l.StatusText, &l.StatusEmoji, (*orZero)(&l.StatusUntil)}
}

// orZero is a time that is zero where the column is NULL.
type orZero time.Time

// ScanTimestamptz implements [pgtype.TimestamptzScanner].
func (t *orZero) ScanTimestamptz(v pgtype.Timestamptz) error {
	*t = orZero(v.Time)
	return nil
}
