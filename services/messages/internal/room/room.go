// Package room keeps the rooms: how they are made, what they are called, which
// ones a person has and which they can find.
package room

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/session"
	"parley/messages/internal/change"
	"parley/messages/internal/membership"
)

// The errors of this package that a client caused, besides those of access.
var (
	ErrExists       = errors.New("room exists")
	ErrNameInvalid  = errors.New("room name invalid")
	ErrKindInvalid  = errors.New("room kind invalid")
	ErrTitleTooLong = errors.New("title too long")
	ErrTopicTooLong = errors.New("topic too long")
	ErrTextInvalid  = errors.New("title or topic is not a line of text")

	ErrRetentionInvalid = errors.New("retention is out of range")
)

const (
	// reserved can't be a room's name: /chat/stream is the stream of many rooms.
	reserved = "stream"
	// directPrefix begins the names of direct rooms, and of no others.
	directPrefix = "dm-"
)

// Store keeps rooms in Postgres. Its changes return [session.ErrNotFound] if
// the session of the one who asks has ended.
type Store struct {
	pool    *pgxpool.Pool
	changes *change.Applier
	tails   tails
}

// NewStore returns a store that reads from pool.
func NewStore(pool *pgxpool.Pool, changes *change.Applier) *Store {
	return &Store{pool: pool, changes: changes}
}

// Draft is a room to be made.
type Draft struct {
	Name  string
	Title string    // "" for the name
	Kind  chat.Kind // open or private; "" for open
}

// Reserved reports whether nobody can give a room this name.
func Reserved(name string) bool { return name == reserved || strings.HasPrefix(name, directPrefix) }

// check returns the draft as it is stored, or why it can't be.
func (d Draft) check() (Draft, error) {
	if !chat.ValidRoom(d.Name) || Reserved(d.Name) {
		return d, ErrNameInvalid
	}
	if d.Kind == "" {
		d.Kind = chat.Open
	}
	if d.Kind != chat.Open && d.Kind != chat.Private {
		return d, ErrKindInvalid
	}
	var err error
	d.Title, err = cleanTitle(d.Name, d.Title)
	return d, err
}

// Check returns why a draft can't be stored: [ErrNameInvalid],
// [ErrKindInvalid], [ErrTitleTooLong], [ErrTextInvalid].
func (d Draft) Check() error {
	_, err := d.check()
	return err
}

// Create stores a new, empty room; who makes it is in it and moderates it.
// Errors: those of [Draft.Check], [ErrExists] for whatever kind of room has the
// name, [access.ErrForbidden] for a guest.
func (s *Store) Create(ctx context.Context, by session.Session, draft Draft) error {
	draft, err := draft.check()
	if err != nil {
		return err
	}
	scope := change.Scope{Session: by.Key, People: []string{by.Username}}
	return s.changes.Apply(ctx, scope, func(ctx context.Context, tx *change.Tx) error {
		may, err := isMember(ctx, tx, by.Username)
		if err != nil {
			return err
		}
		if !may {
			return access.ErrForbidden
		}
		made, err := tx.Exec(ctx, `
			INSERT INTO rooms (name, created_by, kind, title) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			draft.Name, by.Username, draft.Kind, draft.Title)
		if err != nil {
			return fmt.Errorf("store room: %w", err)
		}
		if made.RowsAffected() == 0 {
			return ErrExists
		}
		return membership.Enter(ctx, tx, draft.Name, true, by.Username)
	})
}

// isMember reports whether a person may do what guests may not.
func isMember(ctx context.Context, tx *change.Tx, username string) (may bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM users WHERE username = $1 AND role <> 'guest' AND banned_at IS NULL)`,
		username).Scan(&may)
	if err != nil {
		return false, fmt.Errorf("look up role: %w", err)
	}
	return may, nil
}

// cleanTitle returns title as it is stored. A room without one, or with one of
// which nothing is to be seen, is called by its name.
func cleanTitle(name, title string) (string, error) {
	title, err := cleanLine(title, chat.MaxTitle, ErrTitleTooLong)
	if err == nil && !chat.Shows(title) {
		title = name[:min(len(name), chat.MaxTitle)]
	}
	return title, err
}

// cleanLine returns a line of text without the white space at its ends.
func cleanLine(line string, most int, tooLong error) (string, error) {
	line = strings.TrimSpace(line)
	switch {
	case !utf8.ValidString(line) || strings.ContainsFunc(line, chat.Misleads):
		return "", ErrTextInvalid
	case utf8.RuneCountInString(line) > most:
		return "", tooLong
	}
	return line, nil
}
