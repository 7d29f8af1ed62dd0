package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"parley/deploy/e2e/client"
)

// cast are the people of the matrix: one of each role who asks, a maker of
// rooms, a peer with whom everybody shares a room, and a hermit, who shares none.
type cast struct {
	people              map[string]*client.User
	maker, peer, hermit *client.User
	lobby               string
}

func newCast(t *testing.T) *cast {
	t.Helper()
	c := &cast{people: make(map[string]*client.User), maker: newUser(t), peer: newUser(t), hermit: newUser(t)}
	c.lobby = newRoom(t, c.maker)
	c.add(t, c.lobby, c.peer)
	for _, role := range []string{"owner", "admin", "member", "guest"} {
		user := newUser(t)
		if role == "guest" {
			query(t, `DELETE FROM memberships WHERE username = $1`, user.Name) // as an invited one
		}
		query(t, `UPDATE users SET role = $2 WHERE username = $1`, user.Name, role)
		if err := user.Login(patient(t)); err != nil {
			t.Fatal(err)
		}
		c.add(t, c.lobby, user)
		c.people[role] = user
	}
	leaveGeneral(t, c.hermit)
	c.people["stranger"] = client.NewUser(parley.URL(), "stranger")
	banned := newUser(t)
	answer, err := c.people["owner"].PostJSON(patient(t), "/people/"+banned.Name+"/ban", nil)
	want(t, answer, err, http.StatusNoContent, "")
	c.people["banned"] = banned
	return c
}

func (c *cast) add(t *testing.T, room string, user *client.User) {
	t.Helper()
	if err := c.maker.Add(patient(t), room, user.Name); err != nil {
		t.Fatal(err)
	}
}

func leaveGeneral(t *testing.T, user *client.User) {
	t.Helper()
	if err := user.Leave(patient(t), "general"); err != nil {
		t.Fatal(err)
	}
}

// again returns the same person with a session of their own to lose.
func (c *cast) again(t *testing.T, role string) *client.User {
	t.Helper()
	user := client.NewUser(parley.URL(), c.people[role].Name)
	if role == "stranger" || role == "banned" {
		return c.people[role]
	}
	if err := user.Login(patient(t)); err != nil {
		t.Fatal(err)
	}
	return user
}

// victim makes somebody to whom something is done, where that is asked for.
func (c *cast) victim(t *testing.T, request string) string {
	t.Helper()
	if !strings.Contains(request, "VICTIM") {
		return ""
	}
	user := newUser(t)
	c.add(t, c.lobby, user) // so that guests see them too
	return user.Name
}

// room makes a room with one message, in which somebody stands as kind says.
func (c *cast) room(t *testing.T, who *client.User, kind string) string {
	t.Helper()
	stranger := who.Name == "stranger"
	how, in := strings.CutSuffix(kind, " in")
	how = strings.TrimSuffix(how, " out")
	if how == "direct" {
		return c.direct(t, who, in && !stranger)
	}
	name := unique("matrix")
	if how == "none" {
		return name
	}
	create := c.maker.CreateRoom
	if how == "private" {
		create = c.maker.CreatePrivateRoom
	}
	if err := create(patient(t), name); err != nil {
		t.Fatal(err)
	}
	c.add(t, name, c.peer)
	if in && !stranger && who != c.people["banned"] {
		c.add(t, name, who)
	}
	post(t, c.maker, name, "first")
	if how == "archived" {
		answer, err := c.maker.Do(patient(t), http.MethodPatch, "/chat/"+name, map[string]bool{"archived": true})
		want(t, answer, err, http.StatusOK, "")
	}
	return name
}

// direct returns the direct room of the maker and who, or of the maker and the peer.
func (c *cast) direct(t *testing.T, who *client.User, in bool) string {
	t.Helper()
	other := c.peer.Name
	if in && who != c.people["banned"] {
		other = who.Name
	}
	answer, err := c.maker.PostJSON(patient(t), "/direct", map[string][]string{"people": {other}})
	if err != nil || answer.Status != http.StatusOK && answer.Status != http.StatusCreated {
		t.Fatalf("POST /direct: %s %v", answer, err)
	}
	var made struct{ Name string }
	if err := json.Unmarshal(answer.Body, &made); err != nil {
		t.Fatal(err)
	}
	if answer.Status == http.StatusCreated {
		post(t, c.maker, made.Name, "first")
	}
	return made.Name
}
