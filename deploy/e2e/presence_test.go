package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"parley/core/wire"
	"parley/deploy/e2e/browser"
	"parley/deploy/e2e/client"
)

// deadWithin is the time in which a replica that dies takes its people offline.
const deadWithin = 30 * time.Second

// Two people who write to each other, one of them on a phone; a third, whom
// nobody is to see leave.
func TestPresenceIsShown(t *testing.T) {
	ada, bob := newPerson(t, browser.Desktop), newPerson(t, browser.Phone)
	direct := newDirect(t, ada.client(t), bob.name)
	must(t, bob.Enter("general"), bob.Live())
	must(t, ada.Enter(direct), ada.Live())
	shows := func(state string) {
		t.Helper()
		must(t, ada.Await("bob is "+state, `document.querySelector("#direct-list [data-room='`+direct+`']").dataset.state === "`+state+`"`))
	}
	shows("online")
	checkAccess(t, ada.Page, "with somebody who is here")
	must(t, ada.Go("/people/"+bob.name), ada.Await("his page says so", `document.querySelector(".profile .presence").textContent === "Online"`))
	checkAccess(t, ada.Page, "somebody who is here")
	must(t, bob.Close())
	must(t, ada.Await("and that he left", `document.querySelector(".profile .presence").dataset.state === "offline"`))
	must(t, ada.Enter(direct), ada.Live())
	shows("offline")
	checkAccess(t, ada.Page, "with somebody who has left")
}

// The people of a replica that dies are offline within half a minute, but those
// who are at another.
func TestPeopleOfADeadReplicaAreOffline(t *testing.T) {
	ada, bob, carol := newUser(t), newUser(t), newUser(t)
	for part, user := range map[string]*client.User{"stream-1": bob, "stream-2": carol} {
		stream, err := user.At(replica(t, part)).Open(t.Context(), "/chat/general/stream", "")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(stream.Close)
	}
	is := func(user *client.User, state string) {
		t.Helper()
		eventually(t, deadWithin, user.Name+" is "+state, func(ctx context.Context) error {
			var found struct{ State string }
			answer, err := ada.Get(ctx, "/people/"+user.Name)
			if err == nil {
				err = json.Unmarshal(answer.Body, &found)
			}
			if err == nil && found.State != state {
				err = fmt.Errorf("%s is %s", user.Name, found.State)
			}
			return err
		})
	}
	is(bob, wire.Online)
	is(carol, wire.Online)
	t.Run("killed", func(t *testing.T) {
		breakPart(t, "stream-1", parley.Kill, parley.Start)
		is(bob, wire.Offline)
		is(carol, wire.Online)
	})
}
