package archive

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"

	"parley/messages/internal/snapshot"
)

// Export writes all of the database at the URL to out, as it stands at one
// moment, and returns the number of lines. Memory doesn't grow with what there
// is.
func Export(ctx context.Context, databaseURL string, out io.Writer) (int64, error) {
	w := newWriter(out)
	err := snapshot.Read(ctx, databaseURL, func(tx pgx.Tx) error { return w.all(ctx, tx) })
	if err != nil {
		return 0, err
	}
	if err := w.out.Flush(); err != nil {
		return 0, fmt.Errorf("write export: %w", err)
	}
	return w.lines, nil
}

// writer writes lines, and counts them.
type writer struct {
	out   *bufio.Writer
	json  *json.Encoder
	line  bytes.Buffer
	lines int64
}

func newWriter(out io.Writer) *writer {
	w := &writer{out: bufio.NewWriterSize(out, 64<<10)}
	w.json = json.NewEncoder(&w.line)
	w.json.SetEscapeHTML(false)
	return w
}

func (w *writer) put(value any) error {
	w.line.Reset()
	if err := w.json.Encode(value); err != nil {
		return fmt.Errorf("encode line: %w", err)
	}
	if _, err := w.out.Write(w.line.Bytes()); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	w.lines++
	return nil
}

// all writes everything. The order of columns with equal rank is that of names.
func (w *writer) all(ctx context.Context, tx pgx.Tx) error {
	if err := w.put(opening{"parley", Format}); err != nil {
		return err
	}
	for _, part := range []func() error{
		func() error {
			return each(ctx, tx, w, func(p *person) { p.Type = "person" }, `
				SELECT username, role, display_name, password_hash, created_at, banned_at,
					status_text, status_emoji, status_until, time_zone, language, theme
				FROM users ORDER BY username`)
		},
		func() error {
			return each(ctx, tx, w, func(a *avatar) { a.Type = "avatar" }, `
				SELECT a.username, a.image FROM avatars a JOIN users u ON u.username = a.username AND u.avatar = a.digest ORDER BY a.username`)
		},
		func() error {
			return each(ctx, tx, w, func(r *room) { r.Type = "room" }, `
				SELECT name::text, kind, title, topic, created_by, created_at, archived_at, people, floor, retention FROM rooms ORDER BY rooms.name`)
		},
		func() error {
			return each(ctx, tx, w, func(m *membership) { m.Type = "membership" }, `
				SELECT username, room, member, moderator, joined, read, reopened, notify FROM memberships ORDER BY username, room`)
		},
		func() error {
			return each(ctx, tx, w, func(m *message) { m.Type = "message" }, `
				SELECT room, id, revision, username, body, created_at, client_id, edited_at, deleted_at, reply_to, thread,
					mentions, reactions, pinned_at, pinned_by
				FROM (SELECT m.* FROM messages m JOIN rooms r ON r.name = m.room AND m.id > r.floor) AS there ORDER BY room, id`)
		},
		func() error {
			return each(ctx, tx, w, func(v *version) { v.Type = "version" }, `
				SELECT room, id, revision, body, at
				FROM (SELECT v.* FROM message_versions v JOIN rooms r ON r.name = v.room AND v.id > r.floor) AS there ORDER BY room, id, revision`)
		},
		func() error {
			return each(ctx, tx, w, func(i *invite) { i.Type = "invite" }, `
				SELECT code, created_by, created_at, expires_at, uses, used, role, rooms FROM invites ORDER BY code`)
		},
		func() error {
			return each(ctx, tx, w, func(a *act) { a.Type = "audit" }, `
				SELECT at, actor, action, subject, detail FROM audit ORDER BY id`)
		},
		func() error { return w.put(ending{"end", w.lines}) },
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// each writes the rows of a query, each after it was told its type.
func each[T any](ctx context.Context, tx pgx.Tx, w *writer, name func(*T), sql string) error {
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return fmt.Errorf("read for export: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		row, err := pgx.RowToAddrOfStructByName[T](rows)
		if err != nil {
			return fmt.Errorf("read for export: %w", err)
		}
		name(row)
		if err := w.put(row); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read for export: %w", err)
	}
	return nil
}
