package intake

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
)

// Person is somebody of another chat.
type Person struct {
	ID          string // there
	Name        string // a handle; it is changed if it doesn't fit
	DisplayName string
	Role        chat.Role
	CreatedAt   time.Time // zero for now
	Gone        bool      // their account was closed, or is a machine's: nobody can sign in
}

// ErrNamesake is returned for a person whose name somebody has here, if it wasn't
// said whether it is the same one.
var ErrNamesake = errors.New("somebody here has this name: say whether such people are the same, by -namesakes same, or others")

// Person takes somebody in: as who they were taken in before; as the account of
// that name, which is left as it is, if [Namesakes] says so; or with a new one.
// Nobody knows the password of a new one, so `messages admin reset-password` is
// how it is used.
func (in *Intake) Person(ctx context.Context, p Person) (username string, err error) {
	if known, ok := in.people[p.ID]; ok {
		return known, nil
	}
	var made bool
	err = pgx.BeginFunc(ctx, in.db, func(tx pgx.Tx) error {
		if username, made, err = in.account(ctx, tx, p); err != nil {
			return err
		}
		return in.record(ctx, tx, personImported, username, p.ID)
	})
	if err != nil {
		return "", fmt.Errorf("import %s: %w", p.Name, err)
	}
	in.note(personImported, username, p.ID)
	switch {
	case !made:
		in.Report.Renamed = append(in.Report.Renamed, fmt.Sprintf("person %s (%s) is %s, who was here already", p.Name, p.ID, username))
	case username != p.Name:
		in.Report.Renamed = append(in.Report.Renamed, fmt.Sprintf("person %s (%s) is %s", p.Name, p.ID, username))
	}
	if made {
		in.Report.People++
	}
	return username, nil
}

// account finds or makes somebody's account. Who is gone never is somebody who
// is here.
func (in *Intake) account(ctx context.Context, tx pgx.Tx, p Person) (username string, made bool, err error) {
	for username = range numbered(fitUsername(p.Name, p.ID), chat.MaxUsername) {
		if in.taken["person "+username] {
			continue
		}
		made, err = in.makeAccount(ctx, tx, username, p)
		switch {
		case made || err != nil:
			return username, made, err
		case p.Gone || in.same == Others:
			continue
		case in.same != Same:
			return "", false, ErrNamesake
		}
		return username, false, nil
	}
	return "", false, nil // there are names without end
}

// makeAccount makes an account; made is false if there is one of that name.
func (in *Intake) makeAccount(ctx context.Context, tx pgx.Tx, username string, p Person) (made bool, err error) {
	if !Plausible(p.CreatedAt) {
		p.CreatedAt = time.Now()
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO users (username, password_hash, role, display_name, created_at, banned_at)
		VALUES ($1, $2, $3, $4, $5, CASE WHEN $6 THEN now() END) ON CONFLICT DO NOTHING`,
		username, in.locked, p.Role, cut(p.DisplayName, chat.MaxDisplayName), p.CreatedAt, p.Gone)
	if err != nil {
		return false, fmt.Errorf("make account: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return false, nil
	}
	if p.Role == chat.Guest || p.Gone {
		return true, nil
	}
	return true, enter(ctx, tx, "general", []string{username})
}

// Join puts somebody into rooms, by their names here, unless they were in them
// before.
func (in *Intake) Join(ctx context.Context, username string, rooms []string) error {
	return pgx.BeginFunc(ctx, in.db, func(tx pgx.Tx) error {
		for _, room := range rooms {
			if err := enter(ctx, tx, room, []string{username}); err != nil {
				return err
			}
		}
		return nil
	})
}

// enter puts people into a room who were never in it. What they have in it takes
// the next position of their logs.
func enter(ctx context.Context, tx pgx.Tx, room string, usernames []string) error {
	_, err := tx.Exec(ctx, `
		WITH fresh AS (
			SELECT DISTINCT u.username FROM users u JOIN unnest($2::text[]) AS asked (username) ON u.username = asked.username
			WHERE NOT EXISTS (SELECT FROM memberships m WHERE m.username = u.username AND m.room = $1)
		), raised AS (
			UPDATE users SET head = head + 1 FROM fresh WHERE users.username = fresh.username RETURNING users.username, users.head
		)
		INSERT INTO memberships (username, room, revision, joined, read)
		SELECT username, $1, raised.head, r.head, r.head FROM raised, rooms r WHERE r.name = $1`, room, usernames)
	if err != nil {
		return fmt.Errorf("put people into %s: %w", room, err)
	}
	return nil
}
