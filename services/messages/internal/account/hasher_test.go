package account

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"parley/core/serve"
)

func TestNobodyMatchesTheDummy(t *testing.T) {
	t.Parallel()
	h, err := newHasher()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(h.dummy, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hashes are %s", h.dummy)
	}
	hash, err := h.hash("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		password, hash string
		want           bool
	}{
		{"correct horse", hash, true},
		{"correct horsf", hash, false},
		{"", hash, false},
		{"a password that nobody has", "", false},
	} {
		if got, err := h.matches(row.password, row.hash); got != row.want || err != nil {
			t.Errorf("%q: %v, %v; want %v", row.password, got, err, row.want)
		}
	}
}

func TestFewHashAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &hasher{running: make(chan struct{}, 2), queued: make(chan struct{}, 3)}
		release, err := h.acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		waiting := make(chan error)
		go func() {
			_, err := h.acquire(t.Context())
			waiting <- err
		}()
		synctest.Wait()
		if got, want := h.places(), (serve.Places{Taken: 2, Waiting: 1, Limit: 2}); got != want {
			t.Errorf("places are %+v, want %+v", got, want)
		}
		if _, err := h.acquire(t.Context()); !errors.Is(err, ErrBusy) {
			t.Errorf("with the queue full: %v, want %v", err, ErrBusy)
		}
		release()
		if err := <-waiting; err != nil {
			t.Errorf("when one had finished: %v", err)
		}
		if _, err := h.acquire(t.Context()); !errors.Is(err, ErrBusy) { // after hashPatience
			t.Errorf("when nobody finishes: %v, want %v", err, ErrBusy)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := h.acquire(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("when the client has left: %v", err)
		}
		if len(h.queued) != 2 {
			t.Errorf("%d places are taken, want 2", len(h.queued))
		}
	})
}
