package account

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/chat"
	"parley/core/session"
	"parley/messages/internal/audit"
)

// ErrNotFound is returned for an account that there isn't.
var ErrNotFound = errors.New("no such account")

// NewPassword returns a password that nobody guesses.
func NewPassword() string { return rand.Text() }

// LockedHash returns the hash of a password that nobody knows, for an account
// that waits for one: see [Keeper.ResetPassword].
func LockedHash() (string, error) {
	h, err := newHasher()
	if err != nil {
		return "", err
	}
	return h.hash(NewPassword())
}

// Keeper changes accounts for whoever has the server. It asks for no password,
// and is bounded by nothing.
type Keeper struct {
	pool   *pgxpool.Pool
	hasher *hasher
}

// NewKeeper returns a keeper of the accounts in pool's database.
func NewKeeper(pool *pgxpool.Pool) (*Keeper, error) {
	h, err := newHasher()
	return &Keeper{pool, h}, err
}

// CreateOwner makes an account that is an owner's. Errors:
// [ErrUsernameInvalid], [ErrUsernameTaken], [ErrPasswordTooShort],
// [ErrPasswordTooLong], [ErrPasswordCommon].
func (k *Keeper) CreateOwner(ctx context.Context, username, password string) error {
	if !chat.ValidUsername(username) {
		return ErrUsernameInvalid
	}
	hash, err := k.hash(username, password)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, k.pool, func(tx pgx.Tx) error {
		if _, err := lockFirst(ctx, tx); err != nil {
			return err
		}
		if err := store(ctx, tx, username, hash, chat.Owner, nil); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.CommandLine, audit.OwnerMade, username, nil)
	})
}

// ResetPassword stores a new password and ends all sessions, whose keys it
// returns. Errors: [ErrNotFound], [ErrPasswordTooShort], [ErrPasswordTooLong],
// [ErrPasswordCommon].
func (k *Keeper) ResetPassword(ctx context.Context, username, password string) (ended []session.Key, err error) {
	hash, err := k.hash(username, password)
	if err != nil {
		return nil, err
	}
	err = pgx.BeginFunc(ctx, k.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE users SET password_hash = $2 WHERE username = $1`, username, hash)
		if err != nil {
			return fmt.Errorf("store password: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return ErrNotFound
		}
		if ended, err = session.EndAll(ctx, tx, username); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.CommandLine, audit.PasswordReset, username, nil)
	})
	return ended, err
}

func (k *Keeper) hash(username, password string) (string, error) {
	if err := checkPassword(username, password); err != nil {
		return "", err
	}
	return k.hasher.hash(password)
}
