package handler

import (
	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/messages/web"
)

// frame returns what stands around a page: the rooms of who is signed in.
// here is the room that is open, "" for none.
func (h *Handler) frame(c *gin.Context, here string) (web.Frame, error) {
	f := web.Frame{Me: web.Person{Username: user(c)}, Here: here}
	rooms, err := h.Rooms.List(c.Request.Context())
	for _, r := range rooms {
		f.Rooms = append(f.Rooms, web.MyRoom{Name: r.Name, Head: r.Head, Read: r.Head, Kind: chat.Open})
	}
	return f, err
}
