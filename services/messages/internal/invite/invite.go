// Package invite keeps the invitations with which people sign up.
//
// An invite is good as long as it has uses left, has not expired, and who made
// it may still invite: one who is banned, or is no admin any more, invites nobody.
package invite

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/chat"
	"parley/core/session"
)

// The errors of this package that a client caused.
var (
	ErrInvalid        = errors.New("invite invalid")   // for signing up
	ErrNotFound       = errors.New("invite not found") // for revoking
	ErrForbidden      = errors.New("inviting not allowed")
	ErrRoleInvalid    = errors.New("role invalid")
	ErrUsesInvalid    = errors.New("uses invalid")
	ErrExpiresInvalid = errors.New("expires_in invalid")
	ErrRoomNotFound   = errors.New("room of invite not found")
	ErrRoomDirect     = errors.New("room of invite is direct")
	ErrTooManyRooms   = errors.New("too many rooms in invite")
)

// The limits of an invite.
const (
	MaxUses         = 10_000
	MaxRooms        = 100
	DefaultLifetime = 7 * 24 * time.Hour
	MaxLifetime     = 90 * 24 * time.Hour
)

const (
	codeBytes     = 16
	maxCode       = 64
	maxListed     = 200
	byCommandLine = ""
)

// Invite lets people sign up.
type Invite struct {
	Code      string
	Role      chat.Role
	Rooms     []string // joined besides general, in order of name
	Uses      int      // in all
	Used      int
	CreatedBy string // "" is the command line
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Draft is an invite to be made.
type Draft struct {
	By       string        // who makes it; "" is the command line, which may all
	Session  session.Key   // of By; has to be live
	Role     chat.Role     // "" is a member
	Uses     int           // 0 is one
	Lifetime time.Duration // 0 is a week
	Rooms    []string
}

// complete fills in what was left out, and checks the rest. Errors:
// [ErrRoleInvalid], [ErrUsesInvalid], [ErrExpiresInvalid], [ErrRoomNotFound],
// [ErrTooManyRooms].
func (d *Draft) complete() error {
	if d.Role == "" {
		d.Role = chat.Member
	}
	if d.Uses == 0 {
		d.Uses = 1
	}
	if d.Lifetime == 0 {
		d.Lifetime = DefaultLifetime
	}
	switch {
	case !d.Role.Valid():
		return ErrRoleInvalid
	case d.Uses < 1 || d.Uses > MaxUses:
		return ErrUsesInvalid
	case d.Lifetime < time.Second || d.Lifetime > MaxLifetime:
		return ErrExpiresInvalid
	case len(d.Rooms) > MaxRooms:
		return ErrTooManyRooms
	}
	d.Rooms = slices.Clone(d.Rooms)
	slices.Sort(d.Rooms)
	d.Rooms = slices.Compact(d.Rooms)
	for _, name := range d.Rooms {
		if !chat.ValidRoom(name) {
			return ErrRoomNotFound
		}
	}
	return nil
}

// mayMake reports whether somebody of that role may invite to d's role. There
// is no invite for owners.
func (d *Draft) mayMake(by chat.Role) bool {
	switch d.Role {
	case chat.Owner:
		return false
	case chat.Admin:
		return by == chat.Owner
	}
	return by.AtLeast(chat.Admin)
}

func newCode() string {
	var b [codeBytes]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// validCode spares Postgres what can't be a code.
func validCode(code string) bool {
	if len(code) < codeBytes || len(code) > maxCode {
		return false
	}
	for i := range len(code) {
		c := code[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

// Store keeps invites in Postgres.
type Store struct {
	pool *pgxpool.Pool
}

// NewStore returns a store on pool.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool: pool} }
