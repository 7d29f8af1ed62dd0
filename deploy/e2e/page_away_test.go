package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"parley/deploy/e2e/browser"
	"parley/deploy/e2e/client"
)

// Bob's browser has no network while ada edits, deletes, reacts, answers, pins,
// posts more than a thousand messages, and removes him from one room. When the
// network is back, what his page has is what the server has, to the byte; and
// what it shows is what a page shows that was loaded just now.
func TestPageThatWasAwayShowsWhatAFreshLoadShows(t *testing.T) {
	for _, row := range []struct {
		name  string
		posts int
		back  func(*testing.T, *person)
	}{
		{"in the open page", inReach, func(t *testing.T, bob *person) { must(t, bob.Offline(false)) }},
		{"loaded again", inReach, func(t *testing.T, bob *person) {
			if err := bob.Reload(); err == nil {
				t.Error("a page was loaded without a network")
			}
			must(t, bob.Await("without a network there is no page", `location.protocol === "chrome-error:"`))
			before := len(bob.Requests())
			must(t, bob.Offline(false), bob.Reload(), bob.Live())
			resumes(t, bob, bob.Requests()[before:])
		}},
		{"further behind", outOfReach, func(t *testing.T, bob *person) { must(t, bob.Offline(false)) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			ada, bob := newUser(t), newPerson(t, browser.Desktop)
			me := bob.client(t)
			leaveGeneral(t, me) // where others talk
			busy, quiet, lost, won := newPrivate(t, ada, me), newPrivate(t, ada, me), newPrivate(t, ada, me), newPrivate(t, ada)
			for _, room := range []string{busy, quiet, lost, won} {
				by := me
				if room == won {
					by = ada
				}
				converse(t, ada, by, room)
			}
			for _, room := range []string{lost, quiet, busy} {
				must(t, bob.Enter(room), bob.Await("the newest is shown", `document.querySelector("#log [data-id='20']")`))
			}
			must(t, bob.Click(link(lost)), bob.Await("there", at(lost)), bob.Click(link(quiet)), bob.Await("there", at(quiet)), bob.Click(link(busy)), bob.Await("there", at(busy)))
			awaitModel(t, bob, me)
			must(t, bob.Offline(true), bob.Await("the banner tells", `!document.querySelector("#banner").hidden`))

			meanwhile(t, ada, quiet)
			meanwhile(t, ada, busy)
			postMany(t, ada, busy, row.posts)
			meanwhile(t, ada, busy)
			swap(t, ada, me, lost, won)
			row.back(t, bob)

			must(t, bob.Live(), bob.Await("it goes on where the unread begins", inView+`(document.querySelector("#log .unread"))`))
			awaitModel(t, bob, me)
			knowsNothingOf(t, bob, lost)
			fresh := bob.elsewhere(t, browser.Desktop)
			sameSidebar(t, bob.Page, fresh)
			for _, room := range []string{busy, quiet, won} {
				must(t, fresh.Go("/chat/"+room), fresh.Live(), bob.Click(link(room)), bob.Await("there", at(room)))
				must(t, fresh.Click(link(room)), bob.Click(link(room))) // to the newest
				sameRoom(t, bob.Page, fresh)
				samePins(t, bob.Page, fresh)
			}
			sameSidebar(t, bob.Page, fresh)
		})
	}
}

func link(room string) string { return fmt.Sprintf(".room-link[data-room=%q]", room) }

// at is whether a room is open.
func at(room string) string {
	return fmt.Sprintf(`location.pathname === "/chat/%s" && document.querySelector("#log .message")`, room)
}

// resumes checks that a page went on from what its browser kept.
func resumes(t testing.TB, bob *person, asked []string) {
	t.Helper()
	if !slices.ContainsFunc(asked, func(request string) bool {
		return strings.HasPrefix(request, "GET /chat/stream?after=@"+bob.name+":")
	}) {
		t.Errorf("the page began anew: it asked for %q", asked)
	}
}

// awaitModel waits until the browser keeps the rooms that the server says are
// bob's, up to their heads, and of each the newest messages, as its history has
// them to the byte.
func awaitModel(t testing.TB, bob *person, me *client.User) {
	t.Helper()
	eventually(t, patience, "what is kept is what the server has", func(ctx context.Context) error {
		mine, err := me.Rooms(ctx)
		if err != nil {
			return err
		}
		kept, err := bob.Kept(bob.name)
		if err != nil {
			return err
		}
		if len(kept["rooms"]) != len(mine.Rooms) {
			return fmt.Errorf("%d rooms are kept, want %d", len(kept["rooms"]), len(mine.Rooms))
		}
		left := len(kept["messages"])
		for _, room := range mine.Rooms {
			n, err := sameHistory(ctx, me, room, kept)
			if err != nil {
				return fmt.Errorf("%s: %w", room.Name, err)
			}
			left -= n
		}
		if left != 0 {
			return fmt.Errorf("%d messages are kept of no room", left)
		}
		return nil
	})
}

// sameHistory compares what is kept of a room with its history, and returns how
// many messages that is.
func sameHistory(ctx context.Context, me *client.User, room client.Room, kept browser.Kept) (n int, err error) {
	known, err := keptRoom(kept, room.Name)
	if err != nil {
		return 0, err
	}
	if known.Position != room.Head || known.Title != room.Title {
		return 0, fmt.Errorf("it is kept as %+v, want head %d, title %q", known, room.Head, room.Title)
	}
	whole, err := me.Whole(ctx, room.Name)
	if err != nil {
		return 0, err
	}
	ids, err := whole.Messages.IDs()
	if err != nil {
		return 0, err
	}
	all := messagesOf(kept, room.Name)
	for i, id := range ids {
		if id <= known.Kept.From {
			continue
		}
		if n == len(all) {
			return 0, fmt.Errorf("message %d is not kept", id)
		}
		if want := escaped(whole.Messages[i]); all[n] != want {
			return 0, fmt.Errorf("message %d is kept as %s, want %s", id, all[n], want)
		}
		n++
	}
	if n != len(all) {
		return 0, fmt.Errorf("%d messages are kept above %d, want %d", len(all), known.Kept.From, n)
	}
	return n, nil
}

type known struct {
	Name, Title string
	Position    int64
	Kept        struct{ From int64 }
}

func keptRoom(kept browser.Kept, name string) (room known, err error) {
	for _, row := range kept["rooms"] {
		if err := json.Unmarshal([]byte(row), &room); err != nil {
			return room, err
		}
		if room.Name == name {
			return room, nil
		}
	}
	return room, fmt.Errorf("%s is not kept", name)
}

// messagesOf returns what is kept of a room, in order of id.
func messagesOf(kept browser.Kept, room string) (all []string) {
	of := fmt.Sprintf(`"room":%q`, room)
	for _, row := range kept["messages"] {
		if strings.Contains(row, of) {
			all = append(all, escaped([]byte(row)))
		}
	}
	return all
}

// escaped returns JSON in which some characters are written otherwise than a
// browser writes them, the same for all who write it.
func escaped(text []byte) string {
	var b bytes.Buffer
	json.HTMLEscape(&b, text)
	return b.String()
}

// knowsNothingOf checks that nothing of a room is left in a page or its browser.
func knowsNothingOf(t testing.TB, bob *person, room string) {
	t.Helper()
	kept, err := bob.Kept(bob.name)
	must(t, err)
	for store, rows := range kept {
		if slices.ContainsFunc(rows, func(row string) bool { return strings.Contains(row, room) }) {
			t.Errorf("of %s there is something among what is kept of %s", room, store)
		}
	}
	must(t, bob.Await("nothing of "+room+" is in the page", fmt.Sprintf(`!document.documentElement.outerHTML.includes(%q)`, room)))
	answer, err := bob.client(t).Get(patient(t), "/chat/"+room+"/messages")
	want(t, answer, err, http.StatusNotFound, "room_not_found")
}

// sameSidebar waits until two pages list the same rooms with the same counts.
func sameSidebar(t testing.TB, page, fresh *browser.Page) {
	t.Helper()
	eventually(t, agreesWithin, "the lists of rooms are the same", func(context.Context) error {
		got, err := page.Sidebar()
		if err != nil {
			return err
		}
		want, err := fresh.Sidebar()
		if err == nil && got != want {
			err = fmt.Errorf("it is\n%s\nwant\n%s", got, want)
		}
		return err
	})
}

// samePins checks that two pages list the same pinned messages.
func samePins(t testing.TB, page, fresh *browser.Page) {
	t.Helper()
	var lists [2]string
	for i, p := range []*browser.Page{page, fresh} {
		must(t, p.Click("#room-pins"), p.Await("what is pinned is listed", `document.querySelector("#pins .pins-list")`))
		must(t, p.Evaluate(`document.querySelector("#pins .pins-list").innerText`, &lists[i]), p.Click("#pins [data-close]"))
		must(t, p.Await("the list is shut", `!document.querySelector("#pins").open`))
	}
	if lists[0] != lists[1] {
		t.Errorf("pinned are\n%s\nwant\n%s", lists[0], lists[1])
	}
}

// sameRoom waits until a page shows all that a page shows that was loaded just
// now, as that does, in its order; what it has besides lies above.
func sameRoom(t testing.TB, page, fresh *browser.Page) {
	t.Helper()
	eventually(t, agreesWithin, "the room is shown as it is loaded", func(context.Context) error {
		got, err := page.Shown()
		if err != nil {
			return err
		}
		want, err := fresh.Shown()
		if err != nil {
			return err
		}
		if got.Title != want.Title || len(want.Order) == 0 {
			return fmt.Errorf("%q shows, want %q with its %d messages", got.Title, want.Title, len(want.Order))
		}
		from := slices.Index(got.Order, want.Order[0])
		if from < 0 || !slices.Equal(got.Order[from:], want.Order) {
			return fmt.Errorf("messages %s are shown, want %s", got.Order, want.Order)
		}
		for _, id := range want.Order {
			if got.Rows[id] != want.Rows[id] {
				return fmt.Errorf("message %s is\n%s\nwant\n%s", id, got.Rows[id], want.Rows[id])
			}
		}
		return nil
	})
}
