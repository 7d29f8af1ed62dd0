package history

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
)

// Tail is the newest messages of a room as far as counting goes. Replies in a
// thread are not among them.
type Tail struct {
	Head chat.Position // of the room, at the same moment
	From chat.Position // no message above is missing
	Said []Said        // newest first
}

// Said is who said something, and whom it mentions.
type Said struct {
	ID       chat.Position
	Username string
	Mentions []string // usernames, @room and @here
	Deleted  bool
}

// ByIndex is a statement for the transaction of [Store.Tails], before it. The
// planner guesses that a tail is short, and would gather all of it in a bitmap to
// sort it; and that many tails are worth being compiled for, which takes longer
// than to read them.
const ByIndex = `SELECT set_config('enable_bitmapscan', 'off', true), set_config('jit', 'off', true)`

// Tails returns the tails of rooms: of each the messages above its place in
// after, at most limit.
func (s *Store) Tails(ctx context.Context, rooms []string, after []chat.Position, limit int) (map[string]Tail, error) {
	rows, err := s.db.Query(ctx, `
		SELECT r.name::text, r.head, asked.after, said.id, said.username, said.mentions, said.deleted
		FROM unnest($1::text[], $2::bigint[]) AS asked (name, after)
		JOIN rooms r ON r.name = asked.name
		LEFT JOIN LATERAL (
			SELECT id, username, mentions, deleted_at IS NOT NULL AS deleted FROM messages
			WHERE room = r.name AND id > r.floor AND id > asked.after AND thread IS NULL
			ORDER BY id DESC LIMIT $3
		) AS said ON true`, rooms, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read tails: %w", err)
	}
	tails := make(map[string]Tail, len(rooms))
	var name string
	var t Tail
	var id *chat.Position // nil of a room in which nothing was said
	var one Said
	var username *string
	var deleted *bool
	_, err = pgx.ForEachRow(rows, []any{&name, &t.Head, &t.From, &id, &username, &one.Mentions, &deleted}, func() error {
		if known, again := tails[name]; again {
			t = known
		} else {
			t.Said = nil
		}
		if id != nil {
			one.ID, one.Username, one.Deleted = *id, *username, *deleted
			t.Said = append(t.Said, one)
			one.Mentions = nil // the next row gets memory of its own
		}
		tails[name] = t
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read tails: %w", err)
	}
	for name, t := range tails {
		slices.SortFunc(t.Said, func(a, b Said) int { return cmp.Compare(b.ID, a.ID) }) // as they are already, mostly
		if len(t.Said) == limit {
			t.From = t.Said[limit-1].ID - 1
			tails[name] = t
		}
	}
	return tails, nil
}
