package handler

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"parley/messages/internal/room"
	"parley/messages/web"
)

// homePage shows one's own rooms.
func (h *Handler) homePage(c *gin.Context) {
	frame, err := h.frame(c, "")
	if err != nil {
		h.fail(c, err)
		return
	}
	h.render(c, http.StatusOK, "home.html", web.Home{Frame: frame})
}

// browsePage shows the open rooms, and the form for a new one, maybe with what
// was typed before it failed.
func (h *Handler) browsePage(c *gin.Context, status int, page web.Browse) {
	page.Query, page.After = c.Query("q"), c.Query("after")
	found, more, err := h.found(c)
	if err == nil {
		page.Frame, err = h.frame(c, "")
	}
	if err != nil {
		h.fail(c, err)
		return
	}
	page.More = more
	names := make([]string, len(found))
	for i, r := range found {
		names[i] = r.Name
	}
	crowds, err := h.Members.Count(c.Request.Context(), names, web.MaxCrowd)
	if err != nil {
		h.fail(c, err)
		return
	}
	for _, r := range found {
		page.Found = append(page.Found, web.OpenRoom{Name: r.Name, Title: r.Title, Topic: r.Topic, Member: r.Member, People: crowds[r.Name]})
	}
	h.render(c, status, "browse.html", page)
}

// createRoomFailed shows the form for a new room again.
func (h *Handler) createRoomFailed(c *gin.Context, draft room.Draft, err error) {
	status, failure, told := h.failed(c, err)
	if !told {
		return
	}
	h.browsePage(c, status, web.Browse{
		Draft: web.NewRoom{Title: draft.Title, Name: draft.Name, Kind: draft.Kind}, Failure: failure,
	})
}

// fillRoom fills in what a room's page does not have yet, but the messages.
func (h *Handler) fillRoom(c *gin.Context, page *web.Room, name string) (err error) {
	if page.Frame, page.Room, err = h.roomFrame(c, name); err != nil {
		return err
	}
	crowds, err := h.Members.Count(c.Request.Context(), []string{name}, web.MaxCrowd)
	page.People = crowds[name]
	return err
}

// roomFrame returns the frame around a page about a room, and the room.
func (h *Handler) roomFrame(c *gin.Context, name string) (web.Frame, web.MyRoom, error) {
	frame, err := h.frame(c, name)
	if err != nil {
		return frame, web.MyRoom{}, err
	}
	for _, r := range frame.Rooms {
		if r.Name == name {
			return frame, r, nil
		}
	}
	r, err := h.Rooms.Look(c.Request.Context(), user(c), name) // without being in it
	return frame, web.MyRoom{Name: name, Title: r.Title, Topic: r.Topic, Kind: r.Kind, Archived: r.Archived, Floor: r.Floor, RetentionDays: r.RetentionDays}, err
}
