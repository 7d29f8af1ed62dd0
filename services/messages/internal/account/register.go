package account

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"

	"parley/core/backing"
	"parley/core/chat"
	"parley/messages/internal/invite"
)

// SignUp is who may make an account. The first account of a deployment needs
// nothing, and is the owner's.
type SignUp string

// The values of [SignUp].
const (
	SignUpInvite SignUp = "invite" // with a valid invite
	SignUpOpen   SignUp = "open"   // anybody; an invite gives its role and rooms besides
	SignUpClosed SignUp = "closed" // nobody
)

// Valid reports whether s is one of the three.
func (s SignUp) Valid() bool { return s == SignUpInvite || s == SignUpOpen || s == SignUpClosed }

// The errors of [SignUp].
var (
	ErrInviteRequired = errors.New("invite required")
	ErrSignUpClosed   = errors.New("sign-up closed")
)

// firstLock is the key of the advisory lock under which the first account is
// made: there must not be two owners who were both first.
const firstLock = 0x7061726c6579 // "parley"

// general is the room that every member is in.
const general = "general"

// Registration is an account to be made.
type Registration struct {
	Username, Password string
	Invite             string     // "" if there is none
	From               netip.Addr // who asks
}

// Register makes an account, and puts it into its rooms. Errors:
// [ErrUsernameInvalid], [ErrUsernameTaken], [ErrPasswordTooShort],
// [ErrPasswordTooLong], [ErrPasswordCommon], [ErrInviteRequired],
// [invite.ErrInvalid], [ErrSignUpClosed], [ErrBusy], [*limit.Exceeded].
func (a *Accounts) Register(ctx context.Context, r Registration) (Proof, error) {
	username, ok := chat.FoldUsername(r.Username)
	if !ok {
		return Proof{}, ErrUsernameInvalid
	}
	r.Username = username
	if err := checkPassword(username, r.Password); err != nil {
		return Proof{}, err
	}
	if err := a.throttle.register(ctx, r.From); err != nil {
		return Proof{}, err
	}
	if err := a.mayRegister(ctx, r); err != nil { // spares the hashing
		return Proof{}, err
	}
	hash, err := a.hash(ctx, r.Password)
	if err != nil {
		return Proof{}, err
	}
	proof := Proof{Username: username, hash: hash}
	err = pgx.BeginFunc(ctx, a.pool, func(tx pgx.Tx) (err error) {
		proof.Role, err = a.insert(ctx, tx, r, hash)
		return err
	})
	if err != nil {
		return Proof{}, err
	}
	a.throttle.succeed(ctx, Attempt{Username: username, From: r.From})
	return proof, nil
}

// First reports whether there is no account yet.
func (a *Accounts) First(ctx context.Context) (bool, error) { return none(ctx, a.pool) }

// Open returns why somebody can't make an account just so, if it isn't the
// first. Errors: [ErrInviteRequired], [ErrSignUpClosed].
func (a *Accounts) Open() error {
	switch a.signUp {
	case SignUpOpen:
		return nil
	case SignUpClosed:
		return ErrSignUpClosed
	}
	return ErrInviteRequired
}

// mayRegister is a first look: what counts is looked at again in the transaction.
func (a *Accounts) mayRegister(ctx context.Context, r Registration) error {
	if a.signUp == SignUpOpen && r.Invite == "" {
		return nil
	}
	first, err := a.First(ctx)
	switch {
	case err != nil || first:
		return err
	case a.signUp == SignUpClosed:
		return ErrSignUpClosed
	case r.Invite == "":
		return ErrInviteRequired
	}
	return a.invites.Check(ctx, r.Invite)
}

func (a *Accounts) insert(ctx context.Context, tx pgx.Tx, r Registration, hash string) (chat.Role, error) {
	role, rooms, err := a.admission(ctx, tx, r.Invite)
	if err != nil {
		return "", err
	}
	return role, store(ctx, tx, r.Username, hash, role, rooms)
}

// admission returns the role that a new account gets, and its rooms besides
// general.
func (a *Accounts) admission(ctx context.Context, tx pgx.Tx, code string) (role chat.Role, rooms []string, err error) {
	first, err := lockFirst(ctx, tx)
	switch {
	case err != nil:
		return "", nil, err
	case first:
		return chat.Owner, nil, nil
	case a.signUp == SignUpClosed:
		return "", nil, ErrSignUpClosed
	case code != "":
		return invite.Use(ctx, tx, code)
	case a.signUp == SignUpInvite:
		return "", nil, ErrInviteRequired
	}
	return chat.Member, nil, nil
}

// lockFirst reports whether there is no account yet. Then there is none until
// the end of tx.
func lockFirst(ctx context.Context, tx pgx.Tx) (bool, error) {
	first, err := none(ctx, tx)
	if err != nil || !first {
		return false, err
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(firstLock)); err != nil {
		return false, fmt.Errorf("lock the first account: %w", err)
	}
	return none(ctx, tx) // another may have been first meanwhile
}

// none reports whether there is no account.
func none(ctx context.Context, db interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}) (empty bool, err error) {
	if err := db.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM users)`).Scan(&empty); err != nil {
		return false, fmt.Errorf("ask for accounts: %w", err)
	}
	return empty, nil
}

// store inserts an account and its memberships, the first changes of its log.
// A guest is in no room but those of the invite.
func store(ctx context.Context, tx pgx.Tx, username, hash string, role chat.Role, rooms []string) error {
	_, err := tx.Exec(ctx, `INSERT INTO users (username, password_hash, role) VALUES ($1, $2, $3)`, username, hash, role)
	if backing.Code(err) == pgerrcode.UniqueViolation {
		return ErrUsernameTaken
	}
	if err != nil {
		return fmt.Errorf("store account: %w", err)
	}
	if role != chat.Guest {
		rooms = append(rooms, general)
	}
	_, err = tx.Exec(ctx, `
		WITH entered AS (
			SELECT name, head, row_number() OVER (ORDER BY name) AS n FROM rooms
			WHERE name = ANY($2) AND (name <> $3 OR kind = 'open') AND archived_at IS NULL
		), made AS (
			INSERT INTO memberships (username, room, revision, joined, read)
			SELECT $1, name, n, head, head FROM entered
		)
		UPDATE users SET head = (SELECT count(*) FROM entered) WHERE username = $1`, username, rooms, general)
	if err != nil {
		return fmt.Errorf("store memberships: %w", err)
	}
	return nil
}
