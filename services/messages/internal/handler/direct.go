package handler

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"parley/messages/internal/room"
)

// openDirect answers with the direct room of some people, which it makes if
// there is none yet.
func (h *Handler) openDirect(c *gin.Context) {
	in, err := readInput(c.Request)
	if err != nil {
		h.fail(c, err)
		return
	}
	var wanted struct {
		People []string `json:"people"`
	}
	if in.isForm() {
		wanted.People = strings.FieldsFunc(strings.Join(in.form["people"], " "), func(r rune) bool { return r == ' ' || r == ',' })
	} else if err := in.decode(&wanted); err != nil {
		h.fail(c, err)
		return
	}
	name, made, err := h.direct(c, wanted.People)
	switch {
	case err != nil && in.isForm() && wantsPage(c.Request):
		h.directFailed(c, wanted.People, err)
	case err != nil:
		h.fail(c, err)
	case in.isForm():
		c.Redirect(http.StatusSeeOther, "/chat/"+name)
	case made:
		c.JSON(http.StatusCreated, gin.H{"name": name})
	default:
		c.JSON(http.StatusOK, gin.H{"name": name})
	}
}

// direct finds the direct room of the user and others, or makes it, which
// counts against the limit of rooms.
func (h *Handler) direct(c *gin.Context, others []string) (name string, made bool, err error) {
	people, err := room.NewDirect(user(c), others)
	if err != nil {
		return "", false, err
	}
	there, err := h.Rooms.Has(c.Request.Context(), user(c), people)
	if err != nil {
		return "", false, err
	}
	if there {
		return people.Name(), false, nil
	}
	if err := h.RoomLimit.Take(c.Request.Context(), user(c)); err != nil {
		return "", false, err
	}
	made, err = h.Rooms.Open(c.Request.Context(), current(c).Session, people)
	return people.Name(), made, err
}
