package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// A change of password ends the account's sessions, and somebody who signs in
// with the old one at that moment must not get past it:
//
//	signing in   hash read and found to match … locks the account, reads the hash again (Admit), stores the session, commits
//	the change   locks the account, stores the hash, ends the sessions, commits
//
// If the signing in has the lock first, the session is stored before the change
// ends sessions; if the change has, Admit sees its hash. A ban is such a change.

// Change is what changing a password takes.
type Change struct {
	Attempt // with the present password
	Next    string
}

// ChangePassword stores a new password and, in the same transaction, does what
// within does. Errors: those of [Accounts.Authenticate], [ErrPasswordTooShort],
// [ErrPasswordTooLong], [ErrPasswordCommon], and within's.
func (a *Accounts) ChangePassword(ctx context.Context, change Change, within func(context.Context, pgx.Tx) error) error {
	if err := checkPassword(change.Username, change.Next); err != nil {
		return err
	}
	proof, err := a.Authenticate(ctx, change.Attempt)
	if err != nil {
		return err
	}
	hash, err := a.hash(ctx, change.Next)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, a.pool, func(tx pgx.Tx) error {
		changed, err := tx.Exec(ctx, `UPDATE users SET password_hash = $3 WHERE username = $1 AND password_hash = $2`,
			proof.Username, proof.hash, hash)
		if err != nil {
			return fmt.Errorf("store password: %w", err)
		}
		if changed.RowsAffected() == 0 { // another change was faster
			return ErrBadCredentials
		}
		return within(ctx, tx)
	})
}

// Admit returns [ErrBadCredentials] if the password was changed since the proof
// was given, and [ErrBanned] if the account was banned. tx must hold the lock on
// the account: what Admit sees holds until the commit then.
func (p Proof) Admit(ctx context.Context, tx pgx.Tx) error {
	var same, banned bool
	err := tx.QueryRow(ctx, `SELECT password_hash = $2, banned_at IS NOT NULL FROM users WHERE username = $1`,
		p.Username, p.hash).Scan(&same, &banned)
	switch {
	case err != nil && !errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("confirm password: %w", err)
	case err != nil || !same:
		return ErrBadCredentials
	case banned:
		return ErrBanned
	}
	return nil
}
