package handler

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/core/history"
	"parley/messages/internal/room"
	"parley/messages/web"
)

// listRooms answers with all rooms, as a page or as JSON.
func (h *Handler) listRooms(c *gin.Context) {
	c.Header("Vary", "Accept")
	if wantsPage(c.Request) {
		h.renderRooms(c, http.StatusOK, "", "")
		return
	}
	rooms, err := h.Rooms.List(c.Request.Context())
	if err != nil {
		h.fail(c, err)
		return
	}
	c.JSON(http.StatusOK, gin.H{"rooms": rooms})
}

func (h *Handler) renderRooms(c *gin.Context, status int, name, failure string) {
	frame, err := h.frame(c, "")
	if err != nil {
		h.fail(c, err)
		return
	}
	if failure == "" {
		h.render(c, status, "home.html", web.Home{Frame: frame})
		return
	}
	h.render(c, status, "browse.html", web.Browse{
		Frame: frame, Draft: web.NewRoom{Name: name}, Failure: web.Failure{Field: "name", Message: failure},
	})
}

func (h *Handler) createRoom(c *gin.Context) {
	in, err := readInput(c.Request)
	if err != nil {
		h.fail(c, err)
		return
	}
	var wanted struct {
		Name string `json:"name"`
	}
	if in.isForm() {
		wanted.Name = in.form.Get("name")
	} else if err := in.decode(&wanted); err != nil {
		h.fail(c, err)
		return
	}
	err = h.Rooms.Create(c.Request.Context(), wanted.Name, user(c))
	switch {
	case err != nil && in.isForm() && wantsPage(c.Request):
		p := h.note(c, err)
		h.renderRooms(c, p.status, wanted.Name, p.message)
	case err != nil:
		h.fail(c, err)
	case in.isForm():
		c.Redirect(http.StatusSeeOther, "/chat/"+wanted.Name)
	default:
		c.JSON(http.StatusCreated, gin.H{"name": wanted.Name})
	}
}

// showRoom answers with a room's page.
func (h *Handler) showRoom(c *gin.Context) {
	name, err := roomName(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	h.renderRoom(c, http.StatusOK, web.Room{Room: web.MyRoom{Name: name}})
}

// renderRoom fills in what page does not have yet: the newest messages, and
// the rooms.
func (h *Handler) renderRoom(c *gin.Context, status int, page web.Room) {
	newest, err := h.History.Stretch(c.Request.Context(), user(c), page.Room.Name, history.Cut{}, history.DefaultStretch)
	if err != nil {
		h.fail(c, err)
		return
	}
	page.Messages, page.At, page.More = newest.Messages, newest.Head, newest.More
	if page.Frame, err = h.frame(c, page.Room.Name); err != nil {
		h.fail(c, err)
		return
	}
	h.render(c, status, "room.html", page)
}

// roomName returns the room in the request's path. One that can't be is not
// asked for.
func roomName(c *gin.Context) (string, error) {
	name := c.Param("room")
	if !chat.ValidRoom(name) {
		return "", room.ErrNotFound
	}
	return name, nil
}
