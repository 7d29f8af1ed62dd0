// Package audit keeps who did what to whom. An entry is written in the
// transaction of the act, so there is neither without the other.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/chat"
)

// The acts. What their detail says stands behind them.
const (
	InviteMade    = "invite.made"    // role, uses, open rooms; the subject is the code, unless a private room is among them
	InviteRevoked = "invite.revoked" // of a code
	RoleChanged   = "role.changed"   // from, to
	Banned        = "person.banned"
	Unbanned      = "person.unbanned"
	PasswordReset = "password.reset"
	OwnerMade     = "owner.made" // by the command line
	RoomChanged   = "room.changed"
)

// CommandLine is the actor of what was done on the server itself.
const CommandLine = ""

// maxListed is how many entries a list has at most.
const maxListed = 200

// Entry is one act.
type Entry struct {
	ID      int64           `json:"id"`
	At      string          `json:"at"`
	Actor   string          `json:"actor"` // a username; "" is the command line
	Action  string          `json:"action"`
	Subject string          `json:"subject"` // a username, a room or the code of an invite
	Detail  json.RawMessage `json:"detail"`
}

// Record writes an entry within tx. detail becomes a JSON object; nil is none.
func Record(ctx context.Context, tx pgx.Tx, actor, action, subject string, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	_, err := tx.Exec(ctx, `INSERT INTO audit (actor, action, subject, detail) VALUES ($1, $2, $3, $4)`,
		actor, action, subject, detail)
	if err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}

// Store reads the audit.
type Store struct {
	pool *pgxpool.Pool
}

// NewStore returns a store on pool.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool: pool} }

// List returns the newest entries before the one of id before, the newest
// first, and whether there are more. 0 begins at the newest of all.
func (s *Store) List(ctx context.Context, before int64) (entries []Entry, more bool, err error) {
	rows, err := s.pool.Query(ctx, `
		SELECT id, at, actor, action, subject, detail FROM audit
		WHERE $1::int8 = 0 OR id < $1::int8
		ORDER BY id DESC LIMIT $2`, before, maxListed+1)
	if err != nil {
		return nil, false, fmt.Errorf("read audit: %w", err)
	}
	entries, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Entry, err error) {
		var at time.Time
		err = row.Scan(&e.ID, &at, &e.Actor, &e.Action, &e.Subject, &e.Detail)
		e.At = at.UTC().Format(chat.TimeFormat)
		return e, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("read audit: %w", err)
	}
	if more = len(entries) > maxListed; more {
		entries = entries[:maxListed]
	}
	return entries, more, nil
}
