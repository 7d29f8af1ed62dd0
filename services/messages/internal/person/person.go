// Package person keeps who is here, and what they may: roles, names, bans.
//
// A role and a display name are on their person's log: a change of them takes
// the next position of it, in its own transaction (see users.head).
package person

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/chat"
	"parley/core/session"
	"parley/core/wire"
)

// The errors of this package that a client caused.
var (
	ErrNotFound           = errors.New("person not found")
	ErrForbidden          = errors.New("above one's own role")
	ErrLastOwner          = errors.New("last owner")
	ErrRoleInvalid        = errors.New("role invalid")
	ErrDisplayNameInvalid = errors.New("display name invalid")
)

// maxListed is how many people a list has at most.
const maxListed = 200

// Person is somebody as others see them.
type Person struct {
	Username    string    `json:"username"`
	DisplayName string    `json:"display_name"`
	Role        chat.Role `json:"role"`
	State       string    `json:"state"`
	Banned      bool      `json:"banned,omitempty"`
}

// Profile is somebody as they see themselves.
type Profile struct {
	Username    string
	DisplayName string
	Role        chat.Role
	CreatedAt   time.Time
}

// Publish tells of a change of somebody's profile; after the commit.
type Publish func(*wire.Person)

// Store keeps people in Postgres.
type Store struct {
	pool    *pgxpool.Pool
	publish Publish
	ended   func([]session.Key) // gets the sessions that a ban has ended
}

// NewStore returns a store on pool.
func NewStore(pool *pgxpool.Pool, publish Publish, ended func([]session.Key)) *Store {
	return &Store{pool: pool, publish: publish, ended: ended}
}

// database is a pool, or a transaction.
type database interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// cleanDisplayName trims a name, and refuses what would not show as one line. A
// name of which nothing is to be seen is none.
func cleanDisplayName(name string) (string, error) {
	if !utf8.ValidString(name) {
		return "", ErrDisplayNameInvalid
	}
	name = strings.TrimSpace(name)
	if utf8.RuneCountInString(name) > chat.MaxDisplayName || strings.ContainsFunc(name, chat.Misleads) {
		return "", ErrDisplayNameInvalid
	}
	if !chat.Shows(name) {
		return "", nil
	}
	return name, nil
}
