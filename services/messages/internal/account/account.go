// Package account keeps who may sign in: names and password hashes.
package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/chat"
	"parley/core/serve"
	"parley/messages/internal/invite"
	"parley/messages/internal/limit"
)

// The errors of this package that a client caused. A limit that is used up is
// a [*limit.Exceeded].
var (
	ErrUsernameInvalid  = errors.New("username invalid")
	ErrUsernameTaken    = errors.New("username taken")
	ErrPasswordTooShort = errors.New("password too short")
	ErrPasswordTooLong  = errors.New("password too long")
	ErrPasswordCommon   = errors.New("password common")
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
	Role     chat.Role
	hash     string
}

// Accounts registers people and knows them again.
type Accounts struct {
	pool     *pgxpool.Pool
	invites  *invite.Store
	signUp   SignUp
	hasher   *hasher
	throttle throttle
}

// New returns the accounts in pool's database. shared is where the replicas
// count together.
func New(pool *pgxpool.Pool, signUp SignUp, limits Limits, shared *limit.Shared) (*Accounts, error) {
	h, err := newHasher()
	if err != nil {
		return nil, err
	}
	return &Accounts{
		pool: pool, invites: invite.NewStore(pool), signUp: signUp, hasher: h, throttle: newThrottle(limits, shared),
	}, nil
}

// Hashing tells how many passwords are being hashed, and wait for it.
func (a *Accounts) Hashing() serve.Places { return a.hasher.places() }

// Authenticate checks a password. Errors: [ErrBadCredentials], which takes the
// same time whether the name exists or not; [ErrBanned], for who knows the
// password; [ErrBusy]; [*limit.Exceeded] after too many tries.
func (a *Accounts) Authenticate(ctx context.Context, try Attempt) (Proof, error) {
	username, ok := chat.FoldUsername(try.Username)
	if !ok {
		username = "" // nobody's
	}
	try.Username = username
	if err := a.throttle.check(ctx, try); err != nil {
		return Proof{}, err
	}
	release, err := a.hasher.acquire(ctx)
	if err != nil {
		return Proof{}, err
	}
	defer release()
	// Again: many may have tried while this one waited.
	if err := a.throttle.check(ctx, try); err != nil {
		return Proof{}, err
	}
	found, err := a.find(ctx, username)
	if err != nil {
		return Proof{}, err
	}
	matches, err := a.hasher.matches(try.Password, found.hash)
	if err != nil {
		return Proof{}, fmt.Errorf("check password of %s: %w", username, err)
	}
	if !matches {
		a.throttle.fail(ctx, try)
		return Proof{}, ErrBadCredentials
	}
	a.throttle.succeed(ctx, try)
	if found.banned {
		return Proof{}, ErrBanned
	}
	return Proof{Username: username, Role: found.role, hash: found.hash}, nil
}

func (a *Accounts) hash(ctx context.Context, password string) (string, error) {
	release, err := a.hasher.acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return a.hasher.hash(password)
}

// checkPassword returns why password can't be made username's.
func checkPassword(username, password string) error {
	switch {
	case len(password) < MinPassword:
		return ErrPasswordTooShort
	case len(password) > MaxPassword:
		return ErrPasswordTooLong
	case guessable(username, password):
		return ErrPasswordCommon
	}
	return nil
}
