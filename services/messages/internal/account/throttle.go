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
	addressKnown   = 14 * 24 * time.Hour // after a sign-in from it
)

// How many times the failures of one name from one network these may have.
const (
	failuresPerNetwork = 5  // several people share an address
	failuresPerName    = 10 // of all strangers together
	signInsPerAccount  = 2
)

// Limits are how often one may try. 0 is no limit.
type Limits struct {
	Login    int // failures of a name from a network or a device, within 3 minutes; the others follow from it
	Register int // sign-ups a network, within 10 minutes
}

// Attempt is somebody who says to be somebody.
type Attempt struct {
	Username, Password string
	From               netip.Addr // who asks
	Device             string     // that has signed in to this account before; "" if it is none
}

// throttle bounds how often passwords are guessed and accounts are made, and
// sees to it that who guesses locks out nobody but themselves:
//
//	a known device    counts its own failures, and no others count for it
//	a known address   one from which the account signed in lately: counts the
//	                  failures of this name from there
//	strangers         count those too, those of their network with any name, and,
//	                  all together, those of the name
//
// Sign-ins that succeed are bounded as well: each costs a hashing.
type throttle struct {
	devices       *limit.Limiter // failures, by name and device
	pairs         *limit.Limiter // failures, by name and network
	networks      *limit.Limiter // failures
	names         *limit.Limiter // failures of strangers
	successes     *limit.Limiter // by name
	registrations *limit.Limiter
	known         *limit.Memory // names and networks; nil if nothing is limited
}

func newThrottle(l Limits, shared *limit.Shared) throttle {
	failures := func(name string, times int) *limit.Limiter {
		return limit.New(name, l.Login*times, loginWindow, shared)
	}
	t := throttle{
		devices:       failures("login-device", 1),
		pairs:         failures("login-pair", 1),
		networks:      failures("login-address", failuresPerNetwork),
		names:         failures("login-name", failuresPerName),
		successes:     failures("login-success", signInsPerAccount),
		registrations: limit.New("register", l.Register, registerWindow, shared),
	}
	if l.Login > 0 {
		t.known = limit.NewMemory("login-known", addressKnown, shared)
	}
	return t
}

// check counts what can't be a name, "", by the address alone: it is nobody's.
func (t throttle) check(ctx context.Context, a Attempt) error {
	if a.Username == "" {
		return t.networks.Check(ctx, network(a.From))
	}
	if err := t.successes.Check(ctx, a.Username); err != nil {
		return err
	}
	if a.Device != "" {
		return t.devices.Check(ctx, a.device())
	}
	if err := t.pairs.Check(ctx, a.pair()); err != nil {
		return err
	}
	err := t.networks.Check(ctx, network(a.From))
	if err == nil {
		err = t.names.Check(ctx, a.Username)
	}
	if err != nil && t.knows(ctx, a) {
		return nil
	}
	return err
}

// fail ignores that a limit is used up: the next check will say so.
func (t throttle) fail(ctx context.Context, a Attempt) {
	// It counts too for a client that doesn't wait for the answer.
	ctx = context.WithoutCancel(ctx)
	switch {
	case a.Username == "":
		_ = t.networks.Take(ctx, network(a.From))
	case a.Device != "":
		_ = t.devices.Take(ctx, a.device())
	default:
		_ = t.pairs.Take(ctx, a.pair())
		if !t.knows(ctx, a) {
			_ = t.networks.Take(ctx, network(a.From))
			_ = t.names.Take(ctx, a.Username)
		}
	}
}

// succeed counts a sign-in, and knows its address from now on.
func (t throttle) succeed(ctx context.Context, a Attempt) {
	ctx = context.WithoutCancel(ctx)
	_ = t.successes.Take(ctx, a.Username)
	if t.known != nil {
		t.known.Note(ctx, a.pair())
	}
}

func (t throttle) knows(ctx context.Context, a Attempt) bool {
	return t.known != nil && t.known.Knows(ctx, a.pair())
}

func (t throttle) register(ctx context.Context, from netip.Addr) error {
	return t.registrations.Take(ctx, network(from))
}

func (a Attempt) device() string { return a.Username + " " + a.Device }
func (a Attempt) pair() string   { return a.Username + " " + network(a.From) }

// network names what counts as one address.
func network(addr netip.Addr) string { return serve.Network(addr).String() }
