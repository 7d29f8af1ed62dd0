package app

import (
	"fmt"
	"sync"
	"testing"
)

// moderators returns who moderates a room and is not banned.
func (c *cast) moderators(room string) string {
	c.t.Helper()
	var names string
	err := c.db.QueryRow(c.t.Context(), `
		SELECT coalesce(string_agg(username, ' ' ORDER BY username), '') FROM memberships JOIN users USING (username)
		WHERE room = $1 AND member AND moderator AND banned_at IS NULL`, room).Scan(&names)
	if err != nil {
		c.t.Fatal(err)
	}
	return names
}

func (c *cast) private(t *testing.T, room string, people ...string) {
	t.Helper()
	walk(t, step{c.ada, pst, "/chat", fields{"name": room, "kind": "private"}, 201, ""})
	for _, name := range people {
		walk(t,
			step{c.ada, put, "/chat/" + room + "/members/" + name, nil, 204, ""},
			step{c.ada, pst, "/chat/" + room + "/messages", fields{"body": "Welcome, " + name}, 201, ""},
		)
	}
}

// A private room always has somebody who may change it: for whoever is not in
// it, it does not exist.
func TestAPrivateRoomKeepsAModerator(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	expect := func(what, room, want string) {
		t.Helper()
		if got := c.moderators(room); got != want {
			t.Errorf("%s: %q moderate %s, want %q", what, got, room, want)
		}
	}
	c.private(t, "launch", "guest", "carl", "bob")
	walk(t, step{c.bob, pst, "/chat/launch/leave", nil, 204, ""})
	expect("somebody left", "launch", "ada")
	walk(t, step{c.ada, put, "/chat/launch/members/bob", nil, 204, ""}, step{c.ada, pst, "/chat/launch/leave", nil, 204, ""})
	expect("to who was there longest, guests last", "launch", "carl")
	walk(t,
		step{c.carl, patch, "/chat/launch", fields{"topic": "mine now"}, 200, ""},
		step{c.carl, del, "/chat/launch/members/carl", nil, 204, ""},
		step{c.carl, pst, "/chat/launch/leave", nil, 404, "room_not_found"},
	)
	expect("again", "launch", "bob")
	walk(t, step{c.owner, pst, "/people/bob/ban", nil, 204, ""})
	expect("bob is banned", "launch", "guest")
	walk(t, step{c.guest, pst, "/chat/launch/leave", nil, 204, ""})
	expect("nobody is left", "launch", "")

	c.private(t, "attic", "carl", "owner")
	walk(t, step{c.owner, del, "/chat/attic/members/ada", nil, 204, ""}) // by virtue of a role
	expect("removed", "attic", "carl")

	walk(t, step{c.ada, pst, "/chat", fields{"name": "open"}, 201, ""}, step{c.carl, pst, "/chat/open/join", nil, 204, ""},
		step{c.ada, pst, "/chat/open/leave", nil, 204, ""})
	expect("an open room is the admins'", "open", "")
}

// Two moderators who leave at once do not each rely on the other.
func TestTwoModeratorsLeaveAtOnce(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	for i := range 5 {
		room := fmt.Sprint("room-", i)
		c.private(t, room, "bob", "carl")
		c.exec(`UPDATE memberships SET moderator = true WHERE username = 'bob'`)
		var leaving sync.WaitGroup
		for _, who := range []*client{c.ada, c.bob} {
			leaving.Go(func() {
				if a := who.sendJSON(pst, "/chat/"+room+"/leave", nil); a.status != 204 {
					t.Errorf("%d %s", a.status, a.body)
				}
			})
		}
		leaving.Wait()
		if got := c.moderators(room); got != "carl" {
			t.Errorf("%q moderate %s, want carl", got, room)
		}
	}
}
