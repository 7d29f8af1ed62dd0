package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/markup"
	"parley/messages/internal/portrait"
	"parley/messages/internal/refill"
	"parley/messages/internal/snapshot"
)

// Import fills the database at the URL, which must be empty and migrated, from
// an export, in one transaction. Its errors say in which line something is
// wrong. All logs go on at positions that nobody was ever given: see
// [refill.Finish]. It returns the number of lines.
func Import(ctx context.Context, databaseURL string, in io.Reader) (n int64, err error) {
	l := newLines(in)
	if err := l.begin(); err != nil {
		return 0, err
	}
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return 0, fmt.Errorf("connect to import: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := refill.Begin(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, snapshot.Settle); err != nil {
			return fmt.Errorf("settle how rows are read: %w", err)
		}
		if err := fill(ctx, tx, l); err != nil {
			return err
		}
		return refill.Finish(ctx, tx)
	})
	if err != nil {
		return 0, err
	}
	return l.at, refill.Analyze(ctx, conn)
}

// fill copies all lines, in the order in which they must be.
func fill(ctx context.Context, tx pgx.Tx, l *lines) error {
	for _, part := range []func(context.Context, pgx.Tx, *lines) error{people, avatars, rooms, memberships, messages, versions, invites, audit} {
		if err := part(ctx, tx, l); err != nil {
			return err
		}
	}
	if err := l.end(); err != nil {
		return err
	}
	return settleHeads(ctx, tx)
}

// settleHeads has no log end before what it holds, and makes sure that all that
// is in a room is in one that there is.
func settleHeads(ctx context.Context, tx pgx.Tx) error {
	var stray string
	err := tx.QueryRow(ctx, `
		SELECT room FROM (SELECT room FROM messages UNION ALL SELECT room FROM memberships UNION ALL SELECT room FROM message_versions) AS named
		WHERE room NOT IN (SELECT name FROM rooms) LIMIT 1`).Scan(&stray)
	if !errors.Is(err, pgx.ErrNoRows) {
		if err == nil {
			err = fmt.Errorf("the export has something in the room %q, and not the room", stray)
		}
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE rooms SET head = greatest(
			(SELECT max(revision) FROM messages WHERE room = rooms.name),
			(SELECT max(greatest(joined, read, reopened)) FROM memberships WHERE room = rooms.name), floor);
		UPDATE users SET head = coalesce((SELECT max(revision) FROM memberships m WHERE m.username = users.username), 0)`)
	if err != nil {
		return fmt.Errorf("set heads: %w", err)
	}
	return nil
}

// copyLines copies the lines of one type into a table.
func copyLines[T any](ctx context.Context, tx pgx.Tx, table string, columns []string, s *source[T]) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{table}, columns, s)
	if err != nil {
		return fmt.Errorf("import %s: %w", table, err)
	}
	return nil
}

func people(ctx context.Context, tx pgx.Tx, l *lines) error {
	columns := []string{
		"username", "role", "display_name", "password_hash", "created_at", "banned_at",
		"status_text", "status_emoji", "status_until", "time_zone", "language", "theme",
	}
	return copyLines(ctx, tx, "users", columns, &source[person]{lines: l, typ: "person", row: func(p *person) []any {
		return []any{
			p.Username, p.Role, p.DisplayName, p.PasswordHash, p.CreatedAt, p.BannedAt,
			p.StatusText, p.StatusEmoji, p.StatusUntil, p.TimeZone, p.Language, p.Theme,
		}
	}, check: presentable})
}

// presentable checks what is shown to others, or works out what they are shown.
func presentable(p *person) error {
	if !chat.ValidTimeZone(p.TimeZone) || !chat.ValidLanguage(p.Language) {
		return fmt.Errorf("%s has a time zone or a language that there isn't", p.Username)
	}
	return nil
}

// avatars are named by what they are, as those that somebody sends.
func avatars(ctx context.Context, tx pgx.Tx, l *lines) error {
	columns := []string{"username", "digest", "image"}
	check := func(a *avatar) error {
		if !portrait.Valid(a.Image) {
			return fmt.Errorf("the picture of %s is none that Parley has made", a.Username)
		}
		return nil
	}
	err := copyLines(ctx, tx, "avatars", columns, &source[avatar]{lines: l, typ: "avatar", check: check, row: func(a *avatar) []any {
		return []any{a.Username, portrait.Digest(a.Image), a.Image}
	}})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE users SET avatar = a.digest FROM avatars a WHERE a.username = users.username`); err != nil {
		return fmt.Errorf("give people their pictures: %w", err)
	}
	return nil
}

func rooms(ctx context.Context, tx pgx.Tx, l *lines) error {
	columns := []string{"name", "kind", "title", "topic", "created_by", "created_at", "archived_at", "people", "floor", "retention"}
	return copyLines(ctx, tx, "rooms", columns, &source[room]{lines: l, typ: "room", check: grounded, row: func(r *room) []any {
		return []any{r.Name, r.Kind, r.Title, r.Topic, r.CreatedBy, r.CreatedAt, r.ArchivedAt, r.People, r.Floor, r.Retention}
	}})
}

// memberships are numbered on their persons' logs in the order in which they
// come.
func memberships(ctx context.Context, tx pgx.Tx, l *lines) error {
	var who string
	var revision chat.Position
	columns := []string{"username", "room", "revision", "member", "moderator", "joined", "read", "reopened", "notify"}
	return copyLines(ctx, tx, "memberships", columns, &source[membership]{lines: l, typ: "membership", check: placed, row: func(m *membership) []any {
		if m.Username != who {
			who, revision = m.Username, 0
		}
		revision++
		return []any{m.Username, m.Room, revision, m.Member, m.Moderator, m.Joined, m.Read, m.Reopened, m.Notify}
	}})
}

func messages(ctx context.Context, tx pgx.Tx, l *lines) error {
	columns := []string{
		"room", "id", "revision", "username", "body", "created_at", "client_id", "html", "renderer", "edited_at", "deleted_at",
		"reply_to", "thread", "mentions", "reactions", "pinned_at", "pinned_by",
	}
	return copyLines(ctx, tx, "messages", columns, &source[message]{lines: l, typ: "message", check: sound, row: func(m *message) []any {
		var html *string
		if rendered := markup.Render(m.Body, m.Mentions); rendered != "" {
			html = &rendered
		}
		return []any{
			m.Room, m.ID, m.Revision, m.Username, m.Body, m.CreatedAt, m.ClientID, html, int16(markup.Version), m.EditedAt, m.DeletedAt,
			m.ReplyTo, m.Thread, m.Mentions, text(m.Reactions), m.PinnedAt, m.PinnedBy,
		}
	}})
}

// maxPosition is the highest that something can have, so that there is room above
// it: the stream service keeps 48 bits of a position.
const maxPosition = 1<<47 - 1

// grounded checks what the database doesn't check of rooms.
func grounded(r *room) error {
	if r.Floor < 0 || r.Floor > maxPosition {
		return fmt.Errorf("there is no position %d", r.Floor)
	}
	return nil
}

// placed checks what the database doesn't check of memberships.
func placed(m *membership) error {
	for _, at := range []chat.Position{m.Joined, m.Read, m.Reopened} {
		if at < 0 || at > maxPosition {
			return fmt.Errorf("there is no position %d", at)
		}
	}
	return nil
}

// sound checks what the database doesn't check of messages.
func sound(m *message) error {
	if !chat.ValidUsername(m.Username) {
		return fmt.Errorf("%q can't be a username", m.Username)
	}
	if m.Revision > maxPosition {
		return fmt.Errorf("there is no position %d", m.Revision)
	}
	if m.Reactions == nil {
		return nil
	}
	var reactions []chat.Reaction
	if err := json.Unmarshal(m.Reactions, &reactions); err != nil {
		return fmt.Errorf("reactions: %w", err)
	}
	return nil
}

func versions(ctx context.Context, tx pgx.Tx, l *lines) error {
	columns := []string{"room", "id", "revision", "body", "at"}
	return copyLines(ctx, tx, "message_versions", columns, &source[version]{lines: l, typ: "version", row: func(v *version) []any {
		return []any{v.Room, v.ID, v.Revision, v.Body, v.At}
	}})
}

func invites(ctx context.Context, tx pgx.Tx, l *lines) error {
	columns := []string{"code", "created_by", "created_at", "expires_at", "uses", "used", "role", "rooms"}
	return copyLines(ctx, tx, "invites", columns, &source[invite]{lines: l, typ: "invite", row: func(i *invite) []any {
		if i.Rooms == nil {
			i.Rooms = []string{}
		}
		return []any{i.Code, i.CreatedBy, i.CreatedAt, i.ExpiresAt, i.Uses, i.Used, i.Role, i.Rooms}
	}})
}

// audit is numbered anew, in order.
func audit(ctx context.Context, tx pgx.Tx, l *lines) error {
	var id int64
	columns := []string{"id", "at", "actor", "action", "subject", "detail"}
	return copyLines(ctx, tx, "audit", columns, &source[act]{lines: l, typ: "audit", row: func(a *act) []any {
		id++
		return []any{id, a.At, a.Actor, a.Action, a.Subject, text(a.Detail)}
	}})
}

// text returns JSON as the driver takes it for a column; nil for none.
func text(raw json.RawMessage) *string {
	if raw == nil {
		return nil
	}
	s := string(raw)
	return &s
}
