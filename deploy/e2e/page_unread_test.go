package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"parley/deploy/e2e/client"
)

// unreadAt is whether the divider stands right above a message.
const unreadAt = `((id) => [...document.querySelectorAll("#log .unread, #log .message-row")]
	.some((element, i, all) => element.matches(".unread") && all[i + 1]?.closest("[data-id]")?.dataset.id === String(id)))`

// toldUnread waits until the server says how much is unread in a room.
func toldUnread(t *testing.T, who *person, room string, want int) {
	t.Helper()
	user := who.client(t)
	eventually(t, 5*time.Second, "so much is unread", func(ctx context.Context) error {
		mine, err := user.Rooms(ctx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(mine.Rooms, func(r client.Room) bool { return r.Name == room })
		if at < 0 || mine.Rooms[at].Unread != want {
			return fmt.Errorf("the rooms are %+v; want %d unread in %s", mine.Rooms, want, room)
		}
		return nil
	})
}

func TestPageMarksUnread(t *testing.T) {
	ada, bob, room := two(t, "one", "two", "three")
	must(t, bob.Write("answered"), ada.AwaitMessages("one", "two", "three", "answered"), bob.AwaitUnread(room, 0))
	must(t, bob.Act("#log [data-id='2']", "[data-act=menu]"), bob.Click("#act-menu [data-act=unread]"))
	must(t, bob.Await("the divider is there", unreadAt+`(2)`), bob.AwaitUnread(room, 2))
	toldUnread(t, bob, room, 2)

	// It stays so, whatever comes in sight.
	must(t, ada.Write("four"), bob.AwaitMessages("one", "two", "three", "answered", "four"), bob.AwaitUnread(room, 3))
	must(t, bob.Await("the divider stays", unreadAt+`(2)`))
	must(t, bob.Click("#composer-body"), bob.Press("Escape"), bob.AwaitUnread(room, 0)) // on purpose
	toldUnread(t, bob, room, 0)

	// By keyboard; and until one comes back.
	other := newRoom(t, bob.client(t))
	must(t, bob.Await("the other room is there", `document.querySelector(".room-link[data-room='`+other+`']")`))
	must(t, bob.Evaluate(`document.querySelector("#scroller").focus()`, nil), bob.Press("ArrowUp"), bob.Strike("u"))
	must(t, bob.Await("the divider is there", unreadAt+`(5)`), bob.AwaitUnread(room, 1))
	toldUnread(t, bob, room, 1)
	must(t, bob.Click(`.room-link[data-room="`+other+`"]`), bob.Await("in the other room", `location.pathname === "/chat/`+other+`"`), bob.AwaitUnread(room, 1))
	must(t, bob.Click(`.room-link[data-room="`+room+`"]`), bob.Await("the divider is there", unreadAt+`(5)`), bob.AwaitUnread(room, 0))
	toldUnread(t, bob, room, 0)

	// On another device.
	act(t, bob.client(t), http.MethodPut, "/chat/"+room+"/read", map[string]any{"id": 2, "unread": true})
	must(t, bob.Await("the divider is there", unreadAt+`(3)`), bob.AwaitUnread(room, 2))
	must(t, bob.Reload(), bob.Live(), bob.AwaitUnread(room, 0))
}
