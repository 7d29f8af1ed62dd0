package change

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"parley/core/session"
	"parley/core/trace"
	"parley/core/wire"
)

func TestApplyTellsAfterTheCommit(t *testing.T) {
	t.Parallel()
	pool := database(t)
	var told []wire.Topic
	a := NewApplier(pool.Pool, func(_ *trace.Span, topic wire.Topic, _ wire.Event) { told = append(told, topic) })
	failure := errors.New("no")
	for _, want := range []error{failure, nil} {
		err := a.Apply(t.Context(), Scope{Rooms: []string{"general", "nowhere"}, People: []string{"ada"}}, func(ctx context.Context, tx *Tx) error {
			if len(told) > 0 {
				t.Error("told before the commit")
			}
			if _, err := tx.Exec(ctx, `UPDATE rooms SET head = head + 1, revision = head + 1 WHERE name = 'general'`); err != nil {
				return err
			}
			tx.Tell("general", &wire.Room{Revision: 1, Room: "general"})
			return want
		})
		if !errors.Is(err, want) {
			t.Errorf("apply: %v, want %v", err, want)
		}
	}
	var head int
	if err := pool.QueryRow(t.Context(), `SELECT head FROM rooms WHERE name = 'general'`).Scan(&head); err != nil {
		t.Fatal(err)
	}
	if head != 1 || fmt.Sprint(told) != "[general]" {
		t.Errorf("head %d, told %v; want 1 of each", head, told)
	}
}

func TestApplyNeedsALiveSession(t *testing.T) {
	t.Parallel()
	pool := database(t)
	a := NewApplier(pool.Pool, func(*trace.Span, wire.Topic, wire.Event) {})
	sessions := session.NewStore(pool.Pool)
	for _, row := range []struct {
		ttl  time.Duration
		want error
	}{{time.Hour, nil}, {-time.Second, session.ErrNotFound}} {
		ran := false
		err := a.Apply(t.Context(), Scope{Session: live(t, sessions, row.ttl)}, func(context.Context, *Tx) error {
			ran = true
			return nil
		})
		if !errors.Is(err, row.want) || ran != (row.want == nil) {
			t.Errorf("%s: %v, ran %v", row.ttl, err, ran)
		}
	}
}

// Changes of the same logs don't wait in a circle, whatever the order is in
// which they name them.
func TestAppliedTogether(t *testing.T) {
	t.Parallel()
	pool := database(t)
	addRooms(t, pool, "other")
	a := NewApplier(pool.Pool, func(*trace.Span, wire.Topic, wire.Event) {})
	rooms := []string{"general", "other"}
	var running sync.WaitGroup
	for i := range 16 {
		running.Go(func() {
			first, second := rooms[i%2], rooms[(i+1)%2]
			err := a.Apply(t.Context(), Scope{Rooms: []string{first, second}}, func(ctx context.Context, tx *Tx) error {
				for _, room := range []string{first, second} {
					if _, err := tx.Exec(ctx, `UPDATE rooms SET head = head + 1 WHERE name = $1`, room); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	var sum int
	if err := pool.QueryRow(t.Context(), `SELECT sum(head) FROM rooms`).Scan(&sum); err != nil {
		t.Fatal(err)
	}
	if sum != 32 {
		t.Errorf("heads add up to %d, want 32", sum)
	}
}
