package handler

import (
	"github.com/gin-gonic/gin"

	"parley/messages/internal/person"
	"parley/messages/internal/room"
	"parley/messages/web"
)

// frame returns what stands around a page: who is signed in, and their rooms.
// here is the room that is open, "" for none.
func (h *Handler) frame(c *gin.Context, here string) (web.Frame, error) {
	ctx, me := c.Request.Context(), current(c)
	rooms, head, err := h.Rooms.Mine(ctx, me.Username)
	if err != nil {
		return web.Frame{}, err
	}
	names, err := h.People.Named(ctx, named(me.Username, rooms))
	if err != nil {
		return web.Frame{}, err
	}
	known := acquaintances(names)
	f := web.Frame{Me: known.show(me.Username), Head: head, Here: here, Rooms: make([]web.MyRoom, len(rooms))}
	f.Me.Role = me.Role
	for i, r := range rooms {
		f.Rooms[i] = web.MyRoom{
			Name: r.Name, Title: r.Title, Topic: r.Topic, Kind: r.Kind, Head: r.Head, Read: r.Read, Unread: r.Unread, Mentions: r.Mentions, Reopened: r.Reopened,
			Notify: r.Notify, Archived: r.Archived, Moderator: r.Moderator, Others: known.others(me.Username, r.People),
			Floor: r.Floor, RetentionDays: r.RetentionDays,
		}
	}
	web.Order(f.Rooms)
	return f, nil
}

// named are the people whose names a frame needs.
func named(me string, rooms []room.Room) []string {
	names := []string{me}
	for _, r := range rooms {
		names = append(names, r.People...)
	}
	return names
}

// acquaintances are people by their usernames.
type acquaintances map[string]person.Person

func (known acquaintances) show(username string) web.Person {
	if p, ok := known[username]; ok {
		return showPerson(p)
	}
	return web.Person{Username: username} // gone since
}

func (known acquaintances) others(me string, people []string) []web.Person {
	var others []web.Person
	for _, name := range people {
		if name != me {
			others = append(others, known.show(name))
		}
	}
	return others
}

func showPerson(p person.Person) web.Person {
	return web.Person{
		Username: p.Username, DisplayName: p.DisplayName, Role: p.Role, Banned: p.Banned, State: p.State,
		Look: p.Look, Version: p.Version, TimeZone: p.TimeZone, Language: p.Language, Theme: p.Theme,
	}
}

func showPeople(people []person.Person) []web.Person {
	shown := make([]web.Person, len(people))
	for i, p := range people {
		shown[i] = showPerson(p)
	}
	return shown
}
