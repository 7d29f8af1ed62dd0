package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/alexedwards/argon2id"

	"parley/core/serve"
)

// ErrBusy is returned when too many passwords are being hashed already.
var ErrBusy = errors.New("too many sign-ins at once")

// params are the OWASP password storage cheat sheet's for argon2id: 19 MiB,
// two passes, one lane.
var params = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

const (
	hashesAtOnce = 2   // 19 MiB and a core each
	hashesQueued = 256 // more are turned away at once
	hashPatience = 8 * time.Second
)

// hasher hashes few passwords at a time, so that a crowd that signs in takes
// neither all memory nor all cores.
type hasher struct {
	running chan struct{}
	queued  chan struct{}
	dummy   string // what the password of a name that doesn't exist is compared with
	compare func(password, hash string) (bool, error)
}

func newHasher() (*hasher, error) {
	h := &hasher{
		running: make(chan struct{}, hashesAtOnce),
		queued:  make(chan struct{}, hashesAtOnce+hashesQueued),
		compare: argon2id.ComparePasswordAndHash,
	}
	var err error
	h.dummy, err = h.hash("a password that nobody has")
	return h, err
}

// acquire waits for its turn; the caller must call release. Errors: [ErrBusy],
// or that ctx has ended.
func (h *hasher) acquire(ctx context.Context) (release func(), err error) {
	select {
	case h.queued <- struct{}{}:
	default:
		return nil, ErrBusy
	}
	patience := time.NewTimer(hashPatience)
	defer patience.Stop()
	select {
	case h.running <- struct{}{}:
		return func() { <-h.running; <-h.queued }, nil
	case <-patience.C:
		err = ErrBusy
	case <-ctx.Done():
		err = fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	<-h.queued
	return nil, err
}

// places tells how many passwords are hashed, and wait.
func (h *hasher) places() serve.Places {
	running := len(h.running)
	return serve.Places{Taken: running, Waiting: max(len(h.queued)-running, 0), Limit: cap(h.running)}
}

func (h *hasher) hash(password string) (string, error) {
	hash, err := argon2id.CreateHash(password, params)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// matches compares with a hash made by hash; with "" it does the same work and
// says no.
func (h *hasher) matches(password, hash string) (bool, error) {
	exists := hash != ""
	if !exists {
		hash = h.dummy
	}
	same, err := h.compare(password, hash)
	return same && exists, err
}
