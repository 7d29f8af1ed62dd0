package room

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/session"
	"parley/messages/internal/change"
	"parley/messages/internal/membership"
)

// ErrPeopleInvalid is returned for a direct room of too few people, or too many.
var ErrPeopleInvalid = errors.New("not 2 to 9 people")

// directHash is how many hexadecimal digits tell one direct room from another.
const directHash = 24

// Direct is a direct room to be made, or found: its people, in order of name.
type Direct []string

// NewDirect returns the direct room of username and others. Errors:
// [ErrPeopleInvalid]; [membership.ErrPersonNotFound] for a name that nobody can
// have.
func NewDirect(username string, others []string) (Direct, error) {
	if len(others) > 10*chat.MaxDirect { // some may be named twice
		return nil, ErrPeopleInvalid
	}
	people := Direct{username}
	for _, other := range others {
		folded, ok := chat.FoldUsername(other)
		if !ok {
			return nil, membership.ErrPersonNotFound
		}
		people = append(people, folded)
	}
	slices.Sort(people)
	people = slices.Compact(people)
	if len(people) < chat.MinDirect || len(people) > chat.MaxDirect {
		return nil, ErrPeopleInvalid
	}
	return people, nil
}

// Name returns the room's name. The same people always have the same one.
func (d Direct) Name() string {
	sum := sha256.Sum256([]byte(strings.Join(d, "\n")))
	return directPrefix + hex.EncodeToString(sum[:])[:directHash]
}

// Open makes a direct room and puts all its people into it, if that is not done
// yet; made reports whether this did. Errors: [membership.ErrPersonNotFound] if
// one of them is nobody whom by may see.
func (s *Store) Open(ctx context.Context, by session.Session, people Direct) (made bool, err error) {
	scope := change.Scope{Session: by.Key, People: people}
	err = s.changes.Apply(ctx, scope, func(ctx context.Context, tx *change.Tx) error {
		made = false
		if _, err := tx.Grant(ctx, by.Username, people.Name()); !errors.Is(err, access.ErrNotFound) {
			return err
		}
		others := slices.DeleteFunc(slices.Clone(people), func(name string) bool { return name == by.Username })
		known, err := membership.Known(ctx, tx, by.Username, others...)
		if err != nil {
			return err
		}
		if known < len(others) {
			return membership.ErrPersonNotFound
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO rooms (name, created_by, kind, people) VALUES ($1, $2, 'direct', $3) ON CONFLICT DO NOTHING`,
			people.Name(), by.Username, []string(people))
		if err != nil {
			return fmt.Errorf("store direct room: %w", err)
		}
		made = true
		return membership.Enter(ctx, tx, people.Name(), false, people...)
	})
	return made, err
}

// Has reports whether username is in the direct room of these people already.
func (s *Store) Has(ctx context.Context, username string, people Direct) (bool, error) {
	var has bool
	err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM memberships WHERE username = $1 AND room = $2 AND member)`,
		username, people.Name()).Scan(&has)
	if err != nil {
		return false, fmt.Errorf("look for direct room: %w", err)
	}
	return has, nil
}
