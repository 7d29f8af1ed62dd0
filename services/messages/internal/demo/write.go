package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/markup"
	"parley/messages/internal/search"
)

const (
	daysBack = 6
	// live is how many messages of each room are said by the service's own parts,
	// at the end; if there are so many.
	live = 12
)

// write writes what was said until now, all in one transaction.
func (d *demo) write(ctx context.Context, rooms []place, messages int, now time.Time) error {
	counts := share(rooms, messages)
	return pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		for i, p := range rooms {
			if err := d.writeRoom(ctx, tx, p, counts[i]-min(live, counts[i]), now); err != nil {
				return fmt.Errorf("write %s: %w", p.name, err)
			}
		}
		return search.MakeBlocks(ctx, tx)
	})
}

// share returns how many of all messages each room has.
func share(rooms []place, messages int) (counts []int) {
	all := 0
	for _, p := range rooms {
		all += p.share
	}
	left := messages
	for _, p := range rooms {
		counts = append(counts, messages*p.share/all)
		left -= counts[len(counts)-1]
	}
	counts[0] += left
	return counts
}

func (d *demo) writeRoom(ctx context.Context, tx pgx.Tx, p place, n int, now time.Time) error {
	var head chat.Position
	var newest *time.Time
	err := tx.QueryRow(ctx, `
		SELECT head, (SELECT created_at FROM messages WHERE room = rooms.name ORDER BY id DESC LIMIT 1)
		FROM rooms WHERE name = $1 FOR NO KEY UPDATE`, p.name).Scan(&head, &newest)
	if err != nil {
		return fmt.Errorf("lock room: %w", err)
	}
	from := now.Add(-daysBack * 24 * time.Hour)
	if newest != nil {
		from = later(from, *newest)
	}
	s, err := newScript(p)
	if err != nil {
		return err
	}
	h := s.write(n, head, from, now)
	if err := copyMessages(ctx, tx, s, h); err != nil {
		return err
	}
	if err := copyVersions(ctx, tx, h); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE rooms SET head = $2 WHERE name = $1`, p.name, h.head); err != nil {
		return fmt.Errorf("raise head: %w", err)
	}
	return nil
}

func copyMessages(ctx context.Context, tx pgx.Tx, s *script, h *history) error {
	columns := []string{
		"room", "id", "revision", "username", "body", "created_at", "html", "renderer", "edited_at", "deleted_at",
		"reply_to", "thread", "mentions", "reactions", "pinned_at", "pinned_by",
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"messages"}, columns, pgx.CopyFromSlice(len(h.messages), func(i int) ([]any, error) {
		m := &h.messages[i].message
		s.render(m)
		reactions, err := reactionsOf(m)
		if err != nil {
			return nil, err
		}
		var deleted *time.Time
		if m.Deleted {
			deleted = &m.CreatedAt
		}
		return []any{
			m.Room, m.ID, m.Revision, m.Username, m.Body, m.CreatedAt, orNull(m.HTML), int16(markup.Version), orNull(m.EditedAt), deleted,
			orNull(m.ReplyTo), orNull(m.Thread), m.Mentions, reactions, orNull(m.PinnedAt), orNull(m.PinnedBy),
		}, nil
	}))
	if err != nil {
		return fmt.Errorf("copy messages: %w", err)
	}
	return nil
}

// copyVersions keeps the bodies that messages had before.
func copyVersions(ctx context.Context, tx pgx.Tx, h *history) error {
	var rows [][]any
	for i := range h.messages {
		if m := &h.messages[i]; m.was != "" {
			rows = append(rows, []any{m.message.Room, m.message.ID, m.message.ID, m.was, m.message.CreatedAt})
		}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"message_versions"}, []string{"room", "id", "revision", "body", "at"}, pgx.CopyFromRows(rows))
	if err != nil {
		return fmt.Errorf("copy versions: %w", err)
	}
	return nil
}

// orNull returns nil for a zero value.
func orNull[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// reactionsOf returns a message's reactions as the column has them.
func reactionsOf(m *chat.Message) (*string, error) {
	if len(m.Reactions) == 0 {
		return nil, nil
	}
	data, err := json.Marshal(m.Reactions)
	if err != nil {
		return nil, fmt.Errorf("encode reactions: %w", err)
	}
	text := string(data)
	return &text, nil
}
