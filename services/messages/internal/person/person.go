// Package person keeps who is here, and what they may: roles, names, bans.
//
// A role and a profile are on their person's log: a change of them takes the next
// position of it, in its own transaction (see users.head). What others see of a
// profile is on the logs of the person's rooms as well:
// docs/decisions/0015-profiles-on-the-logs-of-rooms.md.
package person

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/chat"
	"parley/core/session"
	"parley/core/wire"
	"parley/messages/internal/change"
)

// The errors of this package that a client caused.
var (
	ErrNotFound           = errors.New("person not found")
	ErrForbidden          = errors.New("above one's own role")
	ErrLastOwner          = errors.New("last owner")
	ErrRoleInvalid        = errors.New("role invalid")
	ErrDisplayNameInvalid = errors.New("display name invalid")
	ErrStatusInvalid      = errors.New("status invalid")
	ErrStatusEmojiInvalid = errors.New("status emoji invalid")
	ErrStatusUntilInvalid = errors.New("end of the status invalid")
	ErrTimeZoneInvalid    = errors.New("time zone invalid")
	ErrLanguageInvalid    = errors.New("language invalid")
	ErrThemeInvalid       = errors.New("theme invalid")
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
	wire.Look             // without a status that is over
	TimeZone    string    `json:"time_zone,omitempty"`

	Version  chat.Position `json:"version"` // grows with each change: the position in the person's log
	Language string        `json:"-"`       // of dates; their own affair, as the next
	Theme    string        `json:"-"`
}

// Profile is somebody as they see themselves.
type Profile struct {
	wire.Person
	CreatedAt time.Time
}

// Publish tells of a change of somebody's profile; after the commit.
type Publish func(*wire.Person)

// Store keeps people in Postgres.
type Store struct {
	pool    *pgxpool.Pool
	changes *change.Applier
	publish Publish
	ended   func([]session.Key) // gets the sessions that a ban has ended
}

// NewStore returns a store on pool.
func NewStore(pool *pgxpool.Pool, changes *change.Applier, publish Publish, ended func([]session.Key)) *Store {
	return &Store{pool: pool, changes: changes, publish: publish, ended: ended}
}

// database is a pool, or a transaction.
type database interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}
