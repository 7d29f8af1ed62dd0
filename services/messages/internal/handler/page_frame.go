package handler

import (
	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/messages/internal/person"
	"parley/messages/web"
)

// frame returns what stands around a page: the rooms of who is signed in.
// here is the room that is open, "" for none.
func (h *Handler) frame(c *gin.Context, here string) (web.Frame, error) {
	known, err := h.People.Named(c.Request.Context(), []string{user(c)})
	if err != nil {
		return web.Frame{}, err
	}
	f := web.Frame{Me: acquaintances(known).show(user(c)), Here: here}
	rooms, err := h.Rooms.List(c.Request.Context())
	for _, r := range rooms {
		f.Rooms = append(f.Rooms, web.MyRoom{Name: r.Name, Head: r.Head, Read: r.Head, Kind: chat.Open})
	}
	return f, err
}

// acquaintances are people by their usernames.
type acquaintances map[string]person.Person

func (known acquaintances) show(username string) web.Person {
	if p, ok := known[username]; ok {
		return showPerson(p)
	}
	return web.Person{Username: username} // gone since
}

func showPerson(p person.Person) web.Person {
	return web.Person{Username: p.Username, DisplayName: p.DisplayName, Role: p.Role, Banned: p.Banned}
}

func showPeople(people []person.Person) []web.Person {
	shown := make([]web.Person, len(people))
	for i, p := range people {
		shown[i] = showPerson(p)
	}
	return shown
}
