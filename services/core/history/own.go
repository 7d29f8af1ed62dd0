package history

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
)

// OwnAbove returns, by room, the newest message of a person among the lag
// positions above a place in it, for those rooms where there is one. Replies in
// a thread are passed over.
func (s *Store) OwnAbove(ctx context.Context, username string, rooms []string, above []chat.Position, lag int) (map[string]chat.Position, error) {
	rows, err := s.db.Query(ctx, `
		SELECT asked.room, own.id
		FROM unnest($2::text[], $3::bigint[]) AS asked (room, above)
		CROSS JOIN LATERAL (
			SELECT id FROM messages
			WHERE room = asked.room AND id > asked.above AND id <= asked.above + $4 AND username = $1 AND thread IS NULL
			ORDER BY id DESC LIMIT 1
		) AS own`, username, rooms, above, lag)
	if err != nil {
		return nil, fmt.Errorf("find own messages: %w", err)
	}
	own := make(map[string]chat.Position)
	var room string
	var id chat.Position
	if _, err := pgx.ForEachRow(rows, []any{&room, &id}, func() error { own[room] = id; return nil }); err != nil {
		return nil, fmt.Errorf("find own messages: %w", err)
	}
	return own, nil
}

// Unread returns how far a person has read a room, which they have read up to
// read and marked unread when its head was reopened: their newest message above
// that is read, too. And it counts what others said since, most at most, and how
// much of it mentions the person.
func (s *Store) Unread(ctx context.Context, username, room string, read, reopened chat.Position, most int) (upto chat.Position, unread, mentions int, err error) {
	err = s.db.QueryRow(ctx, `
		WITH upto AS (
			SELECT coalesce((
				SELECT id FROM messages WHERE room = $2 AND id > greatest($3::bigint, $4::bigint) AND username = $1 AND thread IS NULL
				ORDER BY id DESC LIMIT 1
			), $3::bigint) AS id
		), unread AS (
			SELECT said.mentions FROM messages said, upto
			WHERE said.room = $2 AND said.id > upto.id AND said.thread IS NULL AND said.deleted_at IS NULL AND said.username <> $1
			ORDER BY said.id DESC LIMIT $5
		)
		SELECT upto.id, (SELECT count(*) FROM unread),
			(SELECT count(*) FROM unread WHERE ARRAY[$1, '@room', '@here'] && mentions)
		FROM upto`, username, room, read, reopened, most).Scan(&upto, &unread, &mentions)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("count unread: %w", err)
	}
	return upto, unread, mentions, nil
}
