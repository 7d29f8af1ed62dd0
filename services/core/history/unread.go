package history

import (
	"context"
	"fmt"

	"parley/core/chat"
)

// Unread returns how far a person has read a room, which they have read up to
// read, its floor at least, and marked unread when its head was reopened: their newest message above
// that is read, too, unless most others have said something since. And it counts
// these, most at most, and how many of them mention the person.
func (s *Store) Unread(ctx context.Context, username, room string, read, reopened chat.Position, most int) (upto chat.Position, unread, mentions int, err error) {
	err = s.db.QueryRow(ctx, `
		WITH others AS MATERIALIZED (
			SELECT id, mentions FROM messages
			WHERE room = $2 AND id > $3::bigint AND thread IS NULL AND deleted_at IS NULL AND username <> $1
			ORDER BY id DESC LIMIT $5
		), upto AS MATERIALIZED (
			SELECT coalesce((
				SELECT id FROM messages
				WHERE room = $2 AND username = $1 AND thread IS NULL AND id > greatest($3::bigint, $4::bigint,
					(SELECT min(id) FROM others HAVING count(*) = $5)) -- with so many, what is further back changes nothing
				ORDER BY id DESC LIMIT 1
			), $3::bigint) AS id
		)
		SELECT upto.id, (SELECT count(*) FROM others WHERE id > upto.id),
			(SELECT count(*) FROM others WHERE id > upto.id AND ARRAY[$1, '@room', '@here'] && mentions)
		FROM upto`, username, room, read, reopened, most).Scan(&upto, &unread, &mentions)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("count unread: %w", err)
	}
	return upto, unread, mentions, nil
}
