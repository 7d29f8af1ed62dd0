package message

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"parley/core/chat"
	"parley/core/history"
	"parley/core/wire"
	"parley/messages/internal/change"
)

// TestEventsEqualSnapshots does random acts, and after each one compares what a
// reader has who began with a snapshot and took every event, with a fresh
// snapshot. Readers who were away replay from where they were.
func TestEventsEqualSnapshots(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(1, seed))
	live := map[chat.Position]string{}
	taken := 0
	away := []view{{at: 0, messages: map[chat.Position]string{}}}
	for step := range 300 {
		s.act(t, dice)
		events := s.events("general")
		for _, e := range events[taken:] {
			live[e.ID] = string(e.AppendJSON(nil))
		}
		taken = len(events)
		fresh := s.snapshot(t)
		if !maps.Equal(live, fresh.messages) {
			t.Fatalf("step %d: live\n%v\nfresh\n%v", step, live, fresh.messages)
		}
		if step%20 == 0 {
			for _, v := range away {
				s.replay(t, &v)
				if !maps.Equal(v.messages, fresh.messages) {
					t.Fatalf("step %d: replayed\n%v\nfresh\n%v", step, v.messages, fresh.messages)
				}
			}
			away = append(away, fresh)
		}
	}
	for i, e := range s.events("general") {
		if e.Revision != int64(i+1) {
			t.Fatalf("event %d has position %d", i+1, e.Revision)
		}
	}
}

// view is what somebody has of a room, up to a position.
type view struct {
	at       chat.Position
	messages map[chat.Position]string
}

func (s *system) act(t *testing.T, dice *rand.Rand) {
	t.Helper()
	people := []string{"ada", "bob", "gus"}
	who := people[dice.IntN(len(people))]
	acts := []string{"edit", "delete", "react", "unreact", "pin", "unpin"}
	newest := int64(len(s.snapshot(t).messages))
	if newest == 0 || dice.IntN(3) == 0 {
		post := change.Post{Room: "general", Username: who, Body: fmt.Sprint("message ", dice.Uint32())}
		if newest > 0 && dice.IntN(3) == 0 {
			post.ReplyTo, post.HTML, post.Mentions = 1, "<em>x</em>", []string{"ada", chat.MentionRoom}
		}
		if _, err := s.committer.Post(t.Context(), post); err != nil {
			t.Fatal(err)
		}
		return
	}
	var acting sync.WaitGroup // several at once end up in one batch
	ids := slices.Sorted(maps.Keys(s.snapshot(t).messages))
	for range 1 + dice.IntN(4) {
		act, ref := acts[dice.IntN(len(acts))], by(who, "general", ids[dice.IntN(len(ids))])
		acting.Go(func() { _, _ = s.do(context.Background(), act, ref) }) // may well be refused
	}
	acting.Wait()
}

// snapshot reads the room as the history has it.
func (s *system) snapshot(t *testing.T) view {
	t.Helper()
	v := view{messages: map[chat.Position]string{}}
	for after, more := chat.Position(0), true; more; {
		page, err := s.history.Stretch(t.Context(), "ada", "general", history.Cut{After: after, Oldest: after == 0}, history.MaxStretch)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Messages {
			v.messages[m.ID] = string(m.AppendJSON(nil))
			after = m.ID
		}
		v.at, more = page.Head, page.More
	}
	return v
}

// replay brings v to the head, as a stream would.
func (s *system) replay(t *testing.T, v *view) {
	t.Helper()
	messages := maps.Clone(v.messages)
	for at := v.at; ; {
		page, err := s.history.After(t.Context(), wire.RoomTopic("general"), at, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			if m, ok := e.(*chat.Message); ok {
				messages[m.ID] = string(m.AppendJSON(nil))
			}
		}
		if at = page.Upto; at == page.Head {
			break
		}
	}
	v.messages = messages
}
