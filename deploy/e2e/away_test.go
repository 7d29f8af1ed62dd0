package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"parley/core/chat"
	"parley/deploy/e2e/client"
)

const (
	inReach    = 1200
	outOfReach = replayLimit + 200
)

// Who was away gets everything that happened meanwhile: what was said, edited,
// deleted, answered, pinned, what people think of it, and that they were removed
// from a room. What they have is in the end what a fresh load has, to the byte.
func TestWhoWasAwayHasWhatAFreshLoadHas(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		posts  int
		resets int
	}{{"within reach of a replay", inReach, 0}, {"further behind", outOfReach, 1}} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			ada, bob := newUser(t), newUser(t)
			leaveGeneral(t, bob)
			busy, quiet, lost, won := newPrivate(t, ada, bob), newPrivate(t, ada, bob), newPrivate(t, ada, bob), newPrivate(t, ada)
			for _, room := range []string{busy, quiet, lost} {
				converse(t, ada, bob, room)
				readAll(t, bob, room)
			}
			converse(t, ada, ada, won)
			page := mirrorOf(t, bob)
			matches(t, page, mirrorOf(t, bob), "before")
			page.Close()

			meanwhile(t, ada, quiet)
			meanwhile(t, ada, busy)
			postMany(t, ada, busy, row.posts)
			meanwhile(t, ada, busy)
			swap(t, ada, bob, lost, won)

			matches(t, page, mirrorOf(t, bob), "after")
			if page.Resets != row.resets || page.Loads != row.resets+1 { // won is loaded
				t.Errorf("%d resets, %d rooms loaded; want %d, %d", page.Resets, page.Loads, row.resets, row.resets+1)
			}
			if n := unread(t, bob, busy); n != 100 {
				t.Errorf("%d are unread", n)
			}
		})
	}
}

// readAll reads a room, as a page does that shows it.
func readAll(t *testing.T, user *client.User, room string) {
	t.Helper()
	head := map[string]int64{"id": headOf(t, user, room)}
	if err := user.Expect(patient(t), http.StatusNoContent, http.MethodPut, "/chat/"+room+"/read", head); err != nil {
		t.Fatal(err)
	}
}

// swap removes bob from one room and adds him to another; both go on.
func swap(t *testing.T, ada, bob *client.User, lost, won string) {
	t.Helper()
	if err := ada.Remove(patient(t), lost, bob.Name); err != nil {
		t.Fatal(err)
	}
	if err := ada.Add(patient(t), won, bob.Name); err != nil {
		t.Fatal(err)
	}
	post(t, ada, lost, "of which bob knows nothing")
	post(t, ada, won, "of which bob learns")
}

// converse says the messages 1 to 20.
func converse(t *testing.T, ada, bob *client.User, room string) {
	t.Helper()
	for i := range 20 {
		post(t, []*client.User{ada, bob}[i%2], room, fmt.Sprint("message ", i+1))
	}
	do(t)(bob.React(patient(t), room, 1, thumb, true))
	do(t)(bob.Pin(patient(t), room, 2, true))
}

// meanwhile is what happens while somebody is away, to the messages 1 to 20.
func meanwhile(t *testing.T, ada *client.User, room string) {
	t.Helper()
	ctx := patient(t)
	do(t)(ada.Edit(ctx, room, 1, unique("edited")))
	do(t)(ada.Edit(ctx, room, 3, unique("edited")))
	do(t)(ada.Edit(ctx, room, 3, unique("edited again")))
	do(t)(ada.Delete(ctx, room, 5))
	do(t)(ada.Delete(ctx, room, 6)) // of bob's
	do(t)(ada.React(ctx, room, 1, thumb, true))
	do(t)(ada.React(ctx, room, 7, family, true))
	do(t)(ada.React(ctx, room, 7, family, false))
	do(t)(ada.React(ctx, room, 7, england, true))
	do(t)(ada.Pin(ctx, room, 2, false))
	do(t)(ada.Pin(ctx, room, 8, true))
	for _, to := range []chat.Position{2, 5} {
		if _, err := ada.Reply(ctx, room, "an answer to a message that bob knows", to, 0); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ada.Reply(ctx, room, "aside", 0, 9); err != nil {
		t.Fatal(err)
	}
	title := map[string]string{"title": unique("title")}
	if err := ada.Expect(ctx, http.StatusOK, http.MethodPatch, "/chat/"+room, title); err != nil {
		t.Fatal(err)
	}
}

// do fails the test unless a change was made.
func do(t *testing.T) func(client.Receipt, error) {
	return func(_ client.Receipt, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// postMany posts n messages, several at once.
func postMany(t *testing.T, user *client.User, room string, n int) {
	t.Helper()
	const atOnce = 8
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	var posting sync.WaitGroup
	for part := range slices.Chunk(slices.Repeat([]string{"and so on"}, n), (n+atOnce-1)/atOnce) {
		posting.Go(func() {
			for i, body := range part {
				if _, err := user.Post(ctx, room, fmt.Sprint(body, " ", i), ""); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	posting.Wait()
}
