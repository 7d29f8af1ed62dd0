package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/markup"
)

// batch is how many messages are stored together.
const batch = 500

// Log takes the messages of one room in, the oldest first.
type Log struct {
	in      *Intake
	room    string
	members map[string]bool
	waiting []Post
}

// Log begins with the messages of a room. The caller must Close it.
func (in *Intake) Log(ctx context.Context, room string) (*Log, error) {
	rows, err := in.db.Query(ctx, `SELECT username FROM memberships WHERE room = $1 AND member`, room)
	if err != nil {
		return nil, fmt.Errorf("read members of %s: %w", room, err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read members of %s: %w", room, err)
	}
	l := &Log{in: in, room: room, members: make(map[string]bool, len(names))}
	for _, name := range names {
		l.members[name] = true
	}
	return l, nil
}

// Add takes a message in. It may be stored later, by Close at the latest.
func (l *Log) Add(ctx context.Context, p Post) error {
	if !Plausible(p.At) {
		l.in.Report.Skip("message of no known time")
		return nil
	}
	if !p.PinnedAt.IsZero() && !Plausible(p.PinnedAt) {
		p.PinnedAt = p.At
	}
	if !Plausible(p.EditedAt) {
		p.EditedAt = time.Time{}
	}
	for _, part := range p.parts() {
		if part.Body == "" && !part.Deleted {
			l.in.Report.Skip("message without text")
			continue
		}
		l.waiting = append(l.waiting, part)
	}
	if len(l.waiting) < batch {
		return nil
	}
	return l.flush(ctx)
}

// Close stores what waits. Who had read the room up to what was said here has
// read what was taken in.
func (l *Log) Close(ctx context.Context) error {
	if err := l.flush(ctx); err != nil {
		return err
	}
	_, err := l.in.db.Exec(ctx, `
		WITH own AS (
			SELECT coalesce(max(id), 0) AS newest FROM messages WHERE room = $1 AND (client_id IS NULL OR NOT starts_with(client_id, $2))
		), behind AS (
			SELECT m.username, r.head FROM memberships m JOIN rooms r ON r.name = m.room, own
			WHERE m.room = $1 AND m.member AND m.read >= own.newest AND m.read < r.head AND m.reopened = 0
		), raised AS (
			UPDATE users SET head = users.head + 1 FROM behind WHERE users.username = behind.username RETURNING users.username, users.head
		)
		UPDATE memberships m SET read = behind.head, revision = raised.head FROM behind JOIN raised USING (username)
		WHERE m.username = behind.username AND m.room = $1`, l.room, l.in.from+":")
	if err != nil {
		return fmt.Errorf("have %s read: %w", l.room, err)
	}
	return nil
}

// flush stores the messages that wait behind the room's head, but for those that
// are there.
func (l *Log) flush(ctx context.Context) error {
	if len(l.waiting) == 0 {
		return nil
	}
	added := 0
	err := pgx.BeginFunc(ctx, l.in.db, func(tx pgx.Tx) (err error) {
		var head chat.Position
		if err := tx.QueryRow(ctx, `SELECT head FROM rooms WHERE name = $1 FOR NO KEY UPDATE`, l.room).Scan(&head); err != nil {
			return fmt.Errorf("lock room: %w", err)
		}
		there, err := l.find(ctx, tx)
		if err != nil {
			return err
		}
		fresh, places := l.number(head, there)
		added = len(fresh)
		if err := l.store(ctx, tx, fresh, places); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE rooms SET head = head + $2 WHERE name = $1`, l.room, added)
		return err
	})
	if err != nil {
		return fmt.Errorf("store messages of %s: %w", l.room, err)
	}
	l.in.Report.Messages += added
	l.in.Report.Known += len(l.waiting) - added
	l.waiting = l.waiting[:0]
	return nil
}

// place is where a message is: its id, and the root of its thread, or 0.
type place struct{ id, thread chat.Position }

// root returns the root of the thread that a reply to it is in. There are no
// threads within threads.
func (p place) root() chat.Position {
	if p.thread > 0 {
		return p.thread
	}
	return p.id
}

// find returns the places of those messages that wait, and of the roots of their
// threads, that are there. Roots of which the author isn't known are looked for
// among all that was said in the room.
func (l *Log) find(ctx context.Context, tx pgx.Tx) (map[string]place, error) {
	var usernames, clientIDs, roots []string
	for _, p := range l.waiting {
		usernames, clientIDs = append(usernames, p.Username), append(clientIDs, l.clientID(p.Key))
		switch {
		case p.Root == "":
		case p.RootBy != "":
			usernames, clientIDs = append(usernames, p.RootBy), append(clientIDs, l.clientID(p.Root))
		default:
			roots = append(roots, l.clientID(p.Root))
		}
	}
	there := make(map[string]place)
	err := l.note(ctx, tx, there, `
		SELECT m.client_id, m.id, coalesce(m.thread, 0) FROM unnest($2::text[], $3::text[]) AS asked (username, client_id)
		JOIN messages m ON m.room = $1 AND m.username = asked.username AND m.client_id = asked.client_id`, l.room, usernames, clientIDs)
	if err == nil && len(roots) > 0 {
		err = l.note(ctx, tx, there, `
			SELECT client_id, id, coalesce(thread, 0) FROM messages WHERE room = $1 AND client_id = ANY ($2)`, l.room, roots)
	}
	return there, err
}

// note adds the messages that a query finds.
func (l *Log) note(ctx context.Context, tx pgx.Tx, there map[string]place, sql string, args ...any) error {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("look for messages: %w", err)
	}
	var clientID string
	var p place
	_, err = pgx.ForEachRow(rows, []any{&clientID, &p.id, &p.thread}, func() error {
		there[clientID] = p
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for messages: %w", err)
	}
	return nil
}

// number gives those that are not there their places.
func (l *Log) number(head chat.Position, there map[string]place) (fresh []Post, places map[string]place) {
	places = maps.Clone(there)
	for _, p := range l.waiting {
		key := l.clientID(p.Key)
		if _, known := places[key]; known {
			continue
		}
		fresh = append(fresh, p)
		at := place{id: head + chat.Position(len(fresh))}
		if root, known := places[l.clientID(p.Root)]; known && p.Root != "" {
			at.thread = root.root()
		}
		places[key] = at
	}
	return fresh, places
}

func (l *Log) store(ctx context.Context, tx pgx.Tx, fresh []Post, places map[string]place) error {
	columns := []string{
		"room", "id", "revision", "username", "body", "client_id", "created_at", "html", "renderer", "edited_at", "deleted_at",
		"thread", "mentions", "reactions", "pinned_at", "pinned_by",
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"messages"}, columns, pgx.CopyFromSlice(len(fresh), func(i int) ([]any, error) {
		p := &fresh[i]
		at, named := places[l.clientID(p.Key)], mentions(p.Body, l.members)
		var thread, deleted any
		if at.thread > 0 {
			thread = at.thread
		}
		if p.Deleted {
			deleted = p.At
		}
		reactions, err := encode(settleReactions(p.Reactions))
		if err != nil {
			return nil, err
		}
		return []any{
			l.room, at.id, at.id, p.Username, p.Body, l.clientID(p.Key), p.At, orNull(markup.Render(p.Body, named)), int16(markup.Version),
			timeOrNull(p.EditedAt), deleted, thread, slices.Clip(named), reactions, timeOrNull(p.PinnedAt), orNull(p.PinnedBy),
		}, nil
	}))
	return err
}

// clientID returns the client_id of the message with a key.
func (l *Log) clientID(key string) string { return l.in.from + ":" + key }

func encode(reactions []chat.Reaction) (*string, error) {
	if len(reactions) == 0 {
		return nil, nil
	}
	data, err := json.Marshal(reactions)
	if err != nil {
		return nil, fmt.Errorf("encode reactions: %w", err)
	}
	return orNull(string(data)), nil
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func timeOrNull(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}
