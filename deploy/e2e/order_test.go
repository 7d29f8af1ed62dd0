package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"parley/core/chat"
	"parley/deploy/e2e/client"
)

// Writers post at the same time through the gateway, and so to both replicas
// of messages; readers listen on each replica of stream and through the gateway.
func TestOneOrderEverywhere(t *testing.T) {
	t.Parallel()
	const writers, each = 4, 25
	reader := newUser(t)
	room := newRoom(t, reader)
	var followers []*client.Follower
	for _, base := range []string{replica(t, "stream-1"), replica(t, "stream-2"), parley.URL(), parley.URL()} {
		followers = append(followers, follow(t, reader.At(base), room))
	}
	acked := postTogether(t, room, writers, each)
	var seen [][]chat.Message
	for _, follower := range followers {
		if err := follower.AwaitPosition(patient(t), writers*each); err != nil {
			t.Fatal(err)
		}
		messages, err := follower.Stop()
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, messages)
	}
	for i, messages := range seen {
		if !slices.EqualFunc(messages, seen[0], sameMessage) {
			t.Errorf("reader %d saw another order than reader 0", i)
		}
	}
	for _, m := range seen[0] {
		if acked[m.ID] != m.Body {
			t.Errorf("position %d was acknowledged for %q, and delivered as %q", m.ID, acked[m.ID], m.Body)
		}
	}
}

func sameMessage(a, b chat.Message) bool {
	return string(a.AppendJSON(nil)) == string(b.AppendJSON(nil))
}

func replica(t testing.TB, part string) string {
	t.Helper()
	addr, err := parley.Addr(patient(t), part)
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + addr
}

// postTogether lets several users post at once and returns what was
// acknowledged, by position.
func postTogether(t testing.TB, room string, writers, each int) map[int64]string {
	t.Helper()
	var mu sync.Mutex
	acked := make(map[int64]string)
	var wg sync.WaitGroup
	for writer := range writers {
		user := newUser(t)
		wg.Go(func() {
			for i := range each {
				body := fmt.Sprintf("%d of writer %d", i, writer)
				id, err := user.Post(t.Context(), room, body, strconv.Itoa(i))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if other, twice := acked[id]; twice {
					t.Errorf("position %d was given to %q and %q", id, other, body)
				}
				acked[id] = body
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(acked) != writers*each {
		t.Fatalf("%d messages were acknowledged, want %d", len(acked), writers*each)
	}
	return acked
}
