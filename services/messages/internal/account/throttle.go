package account

import (
	"context"
	"net/netip"
	"time"

	"parley/core/serve"
	"parley/messages/internal/limit"
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

// throttle bounds how often passwords are guessed and accounts are made.
type throttle struct {
	names         *limit.Limiter // failures
	addresses     *limit.Limiter // failures
	registrations *limit.Limiter
}

func newThrottle(l Limits, shared *limit.Shared) throttle {
	return throttle{
		names:         limit.New("login-name", l.Login, loginWindow, shared),
		addresses:     limit.New("login-address", l.Login*failuresPerAddress, loginWindow, shared),
		registrations: limit.New("register", l.Register, registerWindow, shared),
	}
}

// check counts what can't be a name, "", by the address alone: it is nobody's.
func (t throttle) check(ctx context.Context, username string, from netip.Addr) error {
	if username != "" {
		if err := t.names.Check(ctx, username); err != nil {
			return err
		}
	}
	return t.addresses.Check(ctx, network(from))
}

// fail ignores that a limit is used up: the next check will say so.
func (t throttle) fail(ctx context.Context, username string, from netip.Addr) {
	// It counts too for a client that doesn't wait for the answer.
	ctx = context.WithoutCancel(ctx)
	if username != "" {
		_ = t.names.Take(ctx, username)
	}
	_ = t.addresses.Take(ctx, network(from))
}

func (t throttle) register(ctx context.Context, from netip.Addr) error {
	return t.registrations.Take(ctx, network(from))
}

// network names what counts as one address.
func network(addr netip.Addr) string { return serve.Network(addr).String() }
