package person

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"parley/core/presence"
	"parley/core/wire"
)

// visible is the SQL condition under which me sees p: a guest sees who is in a
// room with them, and only admins see the banned.
const visible = `(
	(p.banned_at IS NULL OR me.role IN ('owner', 'admin'))
	AND (me.role <> 'guest' OR p.username = me.username OR EXISTS (
		SELECT FROM memberships mine JOIN memberships theirs ON theirs.room = mine.room AND theirs.member
		WHERE mine.username = me.username AND mine.member AND theirs.username = p.username)))`

// shown are the columns of p that [scan] reads.
const shown = `p.username, p.display_name, p.role, p.banned_at IS NOT NULL, p.avatar, p.status_text, p.status_emoji, p.status_until, p.time_zone, p.revision, p.language, p.theme`

const columns = `SELECT ` + shown + ` FROM users me, users p `

// List returns those whom asker sees, in order of name behind after, 200 at
// most, and whether there are more. q is the beginning of a username, or a part
// of a display name; "" is all.
func (s *Store) List(ctx context.Context, asker, q, after string) (people []Person, more bool, err error) {
	if !storable(q) || !storable(after) { // nobody's name has it
		return nil, false, nil
	}
	rows, err := s.pool.Query(ctx, columns+`
		WHERE me.username = $1 AND p.username > $3 AND `+visible+`
		AND (starts_with(p.username, lower($2)) OR strpos(lower(p.display_name), lower($2)) > 0)
		ORDER BY p.username LIMIT $4`, asker, q, after, maxListed+1)
	if err != nil {
		return nil, false, fmt.Errorf("list people: %w", err)
	}
	people, err = pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, false, fmt.Errorf("list people: %w", err)
	}
	if more = len(people) > maxListed; more {
		people = people[:maxListed]
	}
	return people, more, nil
}

// Find returns somebody, or [ErrNotFound] if there is nobody of that name
// whom asker sees.
func (s *Store) Find(ctx context.Context, asker, username string) (Person, error) {
	return find(ctx, s.pool, asker, username)
}

// Notices returns what is told of somebody whose state has changed.
func (s *Store) Notices(ctx context.Context, username, state string) ([]*wire.Presence, error) {
	return presence.Notices(ctx, s.pool, []string{username}, state)
}

func find(ctx context.Context, db database, asker, username string) (Person, error) {
	rows, err := db.Query(ctx, columns+`WHERE me.username = $1 AND p.username = $2 AND `+visible, asker, username)
	if err != nil {
		return Person{}, fmt.Errorf("find person: %w", err)
	}
	found, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return Person{}, ErrNotFound
	}
	if err != nil {
		return Person{}, fmt.Errorf("find person: %w", err)
	}
	return found, nil
}

func scan(row pgx.CollectableRow) (p Person, err error) {
	p.State = wire.Offline
	var until *time.Time
	err = row.Scan(&p.Username, &p.DisplayName, &p.Role, &p.Banned, &p.Avatar, &p.StatusText, &p.StatusEmoji, &until, &p.TimeZone, &p.Version, &p.Language, &p.Theme)
	if until != nil {
		p.StatusUntil = *until
	}
	p.Look = p.Current(time.Now())
	return p, err
}

// Profile returns who username is.
func (s *Store) Profile(ctx context.Context, username string) (p Profile, err error) {
	if p.Person, err = readPerson(ctx, s.pool, username); err != nil {
		return Profile{}, err
	}
	p.Look = p.Current(time.Now())
	if err := s.pool.QueryRow(ctx, `SELECT created_at FROM users WHERE username = $1`, username).Scan(&p.CreatedAt); err != nil {
		return Profile{}, fmt.Errorf("read profile: %w", err)
	}
	return p, nil
}

// readPerson returns a profile as it is stored; a status in it may be over.
func readPerson(ctx context.Context, db database, username string) (p wire.Person, err error) {
	var until *time.Time
	err = db.QueryRow(ctx, `
		SELECT username, display_name, role, revision, avatar, status_text, status_emoji, status_until, time_zone, language, theme
		FROM users WHERE username = $1`, username).
		Scan(&p.Username, &p.DisplayName, &p.Role, &p.Revision, &p.Avatar, &p.StatusText, &p.StatusEmoji, &until, &p.TimeZone, &p.Language, &p.Theme)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, ErrNotFound
	}
	if err != nil {
		return p, fmt.Errorf("read profile: %w", err)
	}
	if until != nil {
		p.StatusUntil = *until
	}
	return p, nil
}

// storable reports whether Postgres takes s for text.
func storable(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }
