// Package account keeps who may sign in: names and password hashes.
package account

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/chat"
	"parley/messages/internal/limit"
)

// The errors of this package that a client caused. A limit that is used up is
// a [*limit.Exceeded].
var (
	ErrUsernameInvalid  = errors.New("username invalid")
	ErrUsernameTaken    = errors.New("username taken")
	ErrPasswordTooShort = errors.New("password too short")
	ErrPasswordTooLong  = errors.New("password too long")
	ErrBadCredentials   = errors.New("bad credentials")
	ErrBanned           = errors.New("account banned")
)

// The lengths of a password, in bytes.
const (
	MinPassword = 8
	MaxPassword = 256
)

// Proof is that somebody knows an account's password. It holds for as long as
// the password stays: see [Proof.Admit].
type Proof struct {
	Username string // folded to lower case
	hash     string
}

// Accounts registers people and knows them again.
type Accounts struct {
	pool     *pgxpool.Pool
	hasher   *hasher
	throttle throttle
}

// New returns the accounts in pool's database. shared is where the replicas
// count together.
func New(pool *pgxpool.Pool, limits Limits, shared *limit.Shared) (*Accounts, error) {
	h, err := newHasher()
	if err != nil {
		return nil, err
	}
	return &Accounts{pool: pool, hasher: h, throttle: newThrottle(limits, shared)}, nil
}

// Register makes an account. from is who asks. Errors: [ErrUsernameInvalid],
// [ErrUsernameTaken], [ErrPasswordTooShort], [ErrPasswordTooLong], [ErrBusy],
// [*limit.Exceeded].
func (a *Accounts) Register(ctx context.Context, username, password string, from netip.Addr) (Proof, error) {
	username, ok := chat.FoldUsername(username)
	if !ok {
		return Proof{}, ErrUsernameInvalid
	}
	if err := checkPassword(password); err != nil {
		return Proof{}, err
	}
	if err := a.throttle.register(ctx, from); err != nil {
		return Proof{}, err
	}
	hash, err := a.hash(ctx, password)
	if err != nil {
		return Proof{}, err
	}
	return Proof{username, hash}, a.insert(ctx, username, hash)
}

// Authenticate checks a password. from is who asks. Errors:
// [ErrBadCredentials], which takes the same time whether the name exists or
// not; [ErrBusy]; [*limit.Exceeded] after too many failures.
func (a *Accounts) Authenticate(ctx context.Context, username, password string, from netip.Addr) (Proof, error) {
	username, ok := chat.FoldUsername(username)
	if !ok {
		username = "" // nobody's
	}
	if err := a.throttle.check(ctx, username, from); err != nil {
		return Proof{}, err
	}
	release, err := a.hasher.acquire(ctx)
	if err != nil {
		return Proof{}, err
	}
	defer release()
	// Again: many may have failed while this one waited.
	if err := a.throttle.check(ctx, username, from); err != nil {
		return Proof{}, err
	}
	hash, err := a.findHash(ctx, username)
	if err != nil {
		return Proof{}, err
	}
	matches, err := a.hasher.matches(password, hash)
	if err != nil {
		return Proof{}, fmt.Errorf("check password of %s: %w", username, err)
	}
	if !matches {
		a.throttle.fail(ctx, username, from)
		return Proof{}, ErrBadCredentials
	}
	return Proof{username, hash}, nil
}

func (a *Accounts) hash(ctx context.Context, password string) (string, error) {
	release, err := a.hasher.acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return a.hasher.hash(password)
}

func checkPassword(password string) error {
	switch {
	case len(password) < MinPassword:
		return ErrPasswordTooShort
	case len(password) > MaxPassword:
		return ErrPasswordTooLong
	}
	return nil
}
