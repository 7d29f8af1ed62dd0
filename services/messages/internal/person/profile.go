package person

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/emoji"
	"parley/core/session"
	"parley/core/wire"
	"parley/messages/internal/change"
)

// maxStatus is how long a status may last.
const maxStatus = 366 * 24 * time.Hour

// Patch is what is to change of a profile; nil leaves it as it is.
type Patch struct {
	DisplayName *string // "" is none, as with the following
	StatusText  *string
	StatusEmoji *string
	StatusUntil *time.Time // the zero time is never
	TimeZone    *string
	Language    *string
	Theme       *string
}

// Change changes the profile of the one who asks. What changes nothing takes no
// position. Those who share a room with them hear of what they see. A text or
// an emoji without an end has none, whatever the status before had. Errors:
// [session.ErrNotFound], [ErrNotFound], [ErrDisplayNameInvalid] and the like.
func (s *Store) Change(ctx context.Context, by session.Session, wanted Patch) error {
	if err := wanted.clean(time.Now()); err != nil {
		return err
	}
	return s.alter(ctx, by, func(_ context.Context, _ *change.Tx, p *wire.Person) error {
		wanted.apply(p)
		return nil
	})
}

func (w *Patch) clean(now time.Time) (err error) {
	if err = cleanInto(w.DisplayName, chat.MaxDisplayName, ErrDisplayNameInvalid); err != nil {
		return err
	}
	if err = cleanInto(w.StatusText, chat.MaxStatus, ErrStatusInvalid); err != nil {
		return err
	}
	if w.StatusEmoji != nil {
		canonical, ok := "", true
		if trimmed := strings.TrimSpace(*w.StatusEmoji); trimmed != "" {
			canonical, ok = emoji.Canonical(trimmed)
		}
		if !ok || utf8.RuneCountInString(canonical) > chat.MaxStatusEmoji {
			return ErrStatusEmojiInvalid
		}
		w.StatusEmoji = &canonical
	}
	if w.StatusUntil == nil && (w.StatusText != nil || w.StatusEmoji != nil) {
		w.StatusUntil = &time.Time{}
	}
	if u := w.StatusUntil; u != nil && !u.IsZero() {
		if u.Sub(now) > maxStatus || u.Year() < 2000 {
			return ErrStatusUntilInvalid
		}
		until := u.UTC().Truncate(time.Microsecond) // as Postgres keeps it
		w.StatusUntil = &until
	}
	for _, field := range []struct {
		value *string
		valid func(string) bool
		err   error
	}{{w.TimeZone, chat.ValidTimeZone, ErrTimeZoneInvalid}, {w.Language, chat.ValidLanguage, ErrLanguageInvalid}, {w.Theme, chat.ValidTheme, ErrThemeInvalid}} {
		if field.value != nil && !field.valid(*field.value) {
			return field.err
		}
	}
	return nil
}

func (w *Patch) apply(p *wire.Person) {
	set(&p.DisplayName, w.DisplayName)
	set(&p.StatusText, w.StatusText)
	set(&p.StatusEmoji, w.StatusEmoji)
	set(&p.StatusUntil, w.StatusUntil)
	set(&p.TimeZone, w.TimeZone)
	set(&p.Language, w.Language)
	set(&p.Theme, w.Theme)
	if p.StatusText == "" && p.StatusEmoji == "" {
		p.StatusUntil = time.Time{}
	}
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

// cleanInto trims a line, and refuses what would not show as one. One of which
// nothing is to be seen is none.
func cleanInto(line *string, most int, invalid error) error {
	if line == nil {
		return nil
	}
	if !utf8.ValidString(*line) {
		return invalid
	}
	*line = strings.TrimSpace(*line)
	if utf8.RuneCountInString(*line) > most || strings.ContainsFunc(*line, chat.Misleads) {
		return invalid
	}
	if !chat.Shows(*line) {
		*line = ""
	}
	return nil
}

// tries is how often a change begins anew because its person came into a room.
const tries = 5

// alter changes the profile of the one who asks, as do says.
func (s *Store) alter(ctx context.Context, by session.Session, do func(context.Context, *change.Tx, *wire.Person) error) error {
	for range tries {
		rooms, err := roomsOf(ctx, s.pool, by.Username)
		if err != nil {
			return err
		}
		again := false
		scope := change.Scope{Session: by.Key, Rooms: rooms, People: []string{by.Username}}
		err = s.changes.Apply(ctx, scope, func(ctx context.Context, tx *change.Tx) error {
			// Coming into a room is on the person's log, which is locked now: these are
			// all rooms. One that was not among those before isn't locked.
			now, err := roomsOf(ctx, tx, by.Username)
			if err != nil {
				return err
			}
			if again = slices.ContainsFunc(now, func(room string) bool { return !slices.Contains(rooms, room) }); again {
				return nil
			}
			before, err := readPerson(ctx, tx, by.Username)
			if err != nil {
				return err
			}
			after := before
			if err := do(ctx, tx, &after); err != nil || same(before, after) {
				return err
			}
			return store(ctx, tx, before, after, now)
		})
		if err != nil || !again {
			return err
		}
	}
	return fmt.Errorf("change profile: rooms change all the time")
}

func roomsOf(ctx context.Context, db database, username string) (rooms []string, err error) {
	err = db.QueryRow(ctx, `SELECT coalesce(array_agg(room ORDER BY room), '{}') FROM memberships WHERE username = $1 AND member`, username).Scan(&rooms)
	if err != nil {
		return nil, fmt.Errorf("read memberships: %w", err)
	}
	return rooms, nil
}

// same reports whether two profiles differ in nothing.
func same(a, b wire.Person) bool {
	until := a.StatusUntil.Equal(b.StatusUntil)
	a.StatusUntil, b.StatusUntil = time.Time{}, time.Time{}
	return a == b && until
}

// store stores a profile at the next position of its person's log; and of the
// logs of rooms, if others see that it has changed.
func store(ctx context.Context, tx *change.Tx, before, after wire.Person, rooms []string) error {
	err := tx.QueryRow(ctx, `
		UPDATE users SET head = head + 1, revision = head + 1, display_name = $2, avatar = $3,
			status_text = $4, status_emoji = $5, status_until = $6, time_zone = $7, language = $8, theme = $9
		WHERE username = $1 AND banned_at IS NULL
		RETURNING revision`, after.Username, after.DisplayName, after.Avatar,
		after.StatusText, after.StatusEmoji, timeOrNull(after.StatusUntil), after.TimeZone, after.Language, after.Theme).Scan(&after.Revision)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("store profile: %w", err)
	}
	tx.Tell(wire.PersonTopic(after.Username), &after)
	before.TimeZone, before.Language, before.Theme, before.Revision = after.TimeZone, after.Language, after.Theme, after.Revision
	if same(before, after) {
		return nil
	}
	return show(ctx, tx, after, rooms)
}

// show tells the rooms how a person is shown in them now.
func show(ctx context.Context, tx *change.Tx, p wire.Person, rooms []string) error {
	rows, err := tx.Query(ctx, `
		WITH raised AS (
			UPDATE rooms SET head = head + 1, profiled = head + 1 WHERE name = ANY($1) RETURNING name, head
		)
		INSERT INTO room_profiles (room, username, revision, version) SELECT name, $2, head, $3 FROM raised
		ON CONFLICT (room, username) DO UPDATE SET revision = excluded.revision, version = excluded.version
		RETURNING room, revision`, rooms, p.Username, p.Revision)
	if err != nil {
		return fmt.Errorf("show profile: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		told := &wire.Profile{Username: p.Username, Version: p.Revision, DisplayName: p.DisplayName, Look: p.Look}
		if err := rows.Scan(&told.Room, &told.Revision); err != nil {
			return fmt.Errorf("show profile: %w", err)
		}
		tx.Tell(wire.RoomTopic(told.Room), told)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("show profile: %w", err)
	}
	return nil
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
