// Package account keeps who may sign in: names and password hashes.
package account

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

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
)

// The lengths of a password, in bytes.
const (
	MinPassword = 8
	MaxPassword = 256
)

// The times over which the limits count.
const (
	loginWindow    = 3 * time.Minute
	registerWindow = 10 * time.Minute
)

// failuresPerAddress is how many times the failures of one name an address may
// have: several people share an address.
const failuresPerAddress = 5

// Limits are how often one may try. 0 is no limit.
type Limits struct {
	Login    int // failures a name, within 3 minutes; five times that an address
	Register int // sign-ups an address, within 10 minutes
}

// Accounts registers people and knows them again.
type Accounts struct {
	pool          *pgxpool.Pool
	hasher        *hasher
	nameFailures  *limit.Limiter
	addrFailures  *limit.Limiter
	registrations *limit.Limiter
}

// New returns the accounts in pool's database.
func New(pool *pgxpool.Pool, limits Limits) (*Accounts, error) {
	h, err := newHasher()
	if err != nil {
		return nil, err
	}
	return &Accounts{
		pool:          pool,
		hasher:        h,
		nameFailures:  limit.New(limits.Login, loginWindow),
		addrFailures:  limit.New(limits.Login*failuresPerAddress, loginWindow),
		registrations: limit.New(limits.Register, registerWindow),
	}, nil
}

// Register makes an account and returns its name, folded to lower case. from
// is who asks. Errors: [ErrUsernameInvalid], [ErrUsernameTaken],
// [ErrPasswordTooShort], [ErrPasswordTooLong], [ErrBusy], [*limit.Exceeded].
func (a *Accounts) Register(ctx context.Context, username, password string, from netip.Addr) (string, error) {
	username, ok := foldName(username)
	switch {
	case !ok:
		return "", ErrUsernameInvalid
	case len(password) < MinPassword:
		return "", ErrPasswordTooShort
	case len(password) > MaxPassword:
		return "", ErrPasswordTooLong
	}
	if err := a.registrations.Take(network(from)); err != nil {
		return "", err
	}
	release, err := a.hasher.acquire(ctx)
	if err != nil {
		return "", err
	}
	hash, err := a.hasher.hash(password)
	release()
	if err != nil {
		return "", err
	}
	return username, a.insert(ctx, username, hash)
}

// Authenticate returns the folded name of the account that username and
// password belong to. from is who asks. Errors: [ErrBadCredentials], which
// takes the same time whether the name exists or not; [ErrBusy];
// [*limit.Exceeded] after too many failures.
func (a *Accounts) Authenticate(ctx context.Context, username, password string, from netip.Addr) (string, error) {
	username, ok := foldName(username)
	if !ok {
		username = "" // nobody's
	}
	if err := a.checkFailures(username, from); err != nil {
		return "", err
	}
	release, err := a.hasher.acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	// Again: many may have failed while this one waited.
	if err := a.checkFailures(username, from); err != nil {
		return "", err
	}
	hash, err := a.findHash(ctx, username)
	if err != nil {
		return "", err
	}
	matches, err := a.hasher.matches(password, hash)
	if err != nil {
		return "", fmt.Errorf("check password of %s: %w", username, err)
	}
	if !matches {
		a.countFailure(username, from)
		return "", ErrBadCredentials
	}
	return username, nil
}

// checkFailures counts what can't be a name by the address alone: it is nobody's.
func (a *Accounts) checkFailures(username string, from netip.Addr) error {
	if username != "" {
		if err := a.nameFailures.Check(username); err != nil {
			return err
		}
	}
	return a.addrFailures.Check(network(from))
}

// countFailure ignores that a limit is used up: the next check will say so.
func (a *Accounts) countFailure(username string, from netip.Addr) {
	if username != "" {
		_ = a.nameFailures.Take(username)
	}
	_ = a.addrFailures.Take(network(from))
}

// network returns what counts as one address: an IPv6 customer has a /64.
func network(addr netip.Addr) string {
	if !addr.Is6() {
		return addr.String()
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return addr.String()
	}
	return prefix.String()
}
