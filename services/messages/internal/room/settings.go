package room

import (
	"context"
	"fmt"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/session"
	"parley/core/wire"
	"parley/messages/internal/change"
)

// Settings are what may change of a room; nil leaves it as it is.
type Settings struct {
	Title    *string // "" for the name
	Topic    *string
	Archived *bool

	// Retention is how long messages are kept. Admins may change it, of an
	// archived room too.
	Retention *Retention
}

// Retention is for how many days messages are kept: 0 is for ever, nil as the
// deployment says.
type Retention struct{ Days *int }

// Change changes a room's settings, which its moderators may, and returns it as
// it is then. What changes nothing takes no position. An act by virtue of a
// role is recorded. Errors: [access.ErrNotFound], [access.ErrForbidden],
// [access.ErrDirect], [access.ErrArchived] unless it is brought back with this,
// [ErrTitleTooLong], [ErrTopicTooLong], [ErrTextInvalid], [ErrRetentionInvalid].
func (s *Store) Change(ctx context.Context, by session.Session, name string, wanted Settings) (wire.Room, error) {
	if err := wanted.clean(name); err != nil {
		return wire.Room{}, err
	}
	var now wire.Room
	scope := change.Scope{Session: by.Key, Rooms: []string{name}}
	err := s.changes.Apply(ctx, scope, func(ctx context.Context, tx *change.Tx) error {
		g, err := tx.Grant(ctx, by.Username, name)
		switch {
		case err != nil:
			return err
		case g.Kind == chat.Direct:
			return access.ErrDirect
		case !g.Moderates(), wanted.Retention != nil && !g.Role.AtLeast(chat.Admin):
			return access.ErrForbidden
		}
		before, err := read(ctx, tx, name)
		if err != nil {
			return err
		}
		now = wanted.applied(before)
		switch {
		case same(now, before):
			return nil
		case before.Archived && now.Archived && !wanted.onlyRetention():
			return access.ErrArchived
		}
		if err := store(ctx, tx, &now); err != nil {
			return err
		}
		if g.Moderator && wanted.Retention == nil {
			return nil
		}
		return record(ctx, tx, by.Username, now, wanted)
	})
	return now, err
}

func (s *Settings) clean(name string) error {
	if s.Title != nil {
		title, err := cleanTitle(name, *s.Title)
		if err != nil {
			return err
		}
		s.Title = &title
	}
	if s.Topic != nil {
		topic, err := cleanLine(*s.Topic, chat.MaxTopic, ErrTopicTooLong)
		if err != nil {
			return err
		}
		s.Topic = &topic
	}
	if s.Retention != nil && !chat.ValidRetention(s.Retention.Days) {
		return ErrRetentionInvalid
	}
	return nil
}

func (s *Settings) onlyRetention() bool {
	return s.Retention != nil && s.Title == nil && s.Topic == nil && s.Archived == nil
}

// same reports whether two states of a room differ in nothing.
func same(a, b wire.Room) bool {
	daysA, daysB := a.RetentionDays, b.RetentionDays
	a.RetentionDays, b.RetentionDays = nil, nil
	return a == b && (daysA == nil) == (daysB == nil) && (daysA == nil || *daysA == *daysB)
}

// applied returns the room with these settings.
func (s *Settings) applied(room wire.Room) wire.Room {
	if s.Title != nil {
		room.Title = *s.Title
	}
	if s.Topic != nil {
		room.Topic = *s.Topic
	}
	if s.Archived != nil {
		room.Archived = *s.Archived
	}
	if s.Retention != nil {
		room.RetentionDays = s.Retention.Days
	}
	return room
}

func read(ctx context.Context, tx *change.Tx, name string) (wire.Room, error) {
	room := wire.Room{Room: name}
	err := tx.QueryRow(ctx, `SELECT revision, kind, title, topic, archived_at IS NOT NULL, floor, retention FROM rooms WHERE name = $1`, name).
		Scan(&room.Revision, &room.Kind, &room.Title, &room.Topic, &room.Archived, &room.Floor, &room.RetentionDays)
	if err != nil {
		return room, fmt.Errorf("read room: %w", err)
	}
	return room, nil
}

// store writes the room at the next position of its log.
func store(ctx context.Context, tx *change.Tx, room *wire.Room) error {
	err := tx.QueryRow(ctx, `
		UPDATE rooms SET head = head + 1, revision = head + 1, title = $2, topic = $3,
			archived_at = CASE WHEN $4 THEN coalesce(archived_at, now()) END, retention = $5
		WHERE name = $1
		RETURNING revision`, room.Room, room.Title, room.Topic, room.Archived, room.RetentionDays).Scan(&room.Revision)
	if err != nil {
		return fmt.Errorf("store room: %w", err)
	}
	told := *room
	tx.Tell(wire.RoomTopic(room.Room), &told)
	return nil
}

// record notes a change for the audit. Whoever reads that may not know of a
// private room, so its name stays out.
func record(ctx context.Context, tx *change.Tx, actor string, room wire.Room, wanted Settings) error {
	detail := map[string]any{}
	if wanted.Retention != nil {
		detail["retention_days"] = room.RetentionDays
	}
	if room.Kind == chat.Private {
		detail["kind"] = room.Kind
		return change.Record(ctx, tx, actor, "room.change", "", detail)
	}
	if wanted.Title != nil {
		detail["title"] = room.Title
	}
	if wanted.Topic != nil {
		detail["topic"] = room.Topic
	}
	if wanted.Archived != nil {
		detail["archived"] = room.Archived
	}
	return change.Record(ctx, tx, actor, "room.change", room.Room, detail)
}
