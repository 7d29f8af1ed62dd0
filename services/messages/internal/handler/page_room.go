package handler

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/history"
	"parley/messages/internal/reads"
	"parley/messages/web"
)

// manyUnread is how many unread messages may not fit on the newest page, which
// has some that are read, too: a room with more is shown where they begin.
const manyUnread = 40

// showRoom answers with a room's page. Who opens an open room joins it.
func (h *Handler) showRoom(c *gin.Context) {
	name, ok := h.entered(c)
	if !ok {
		return
	}
	answer, err := h.roomAnswer(c, name)
	if err != nil {
		h.fail(c, err)
		return
	}
	h.answerRoom(c, answer)
}

// showMessage answers with a room's page around a message.
func (h *Handler) showMessage(c *gin.Context) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id < 1 {
		h.fail(c, errNotFound)
		return
	}
	if name, ok := h.entered(c); ok {
		h.renderRoom(c, http.StatusOK, name, id, web.Room{})
	}
}

// entered returns the room in the request's path, which is joined if it can be.
// It answers if it can't be read.
func (h *Handler) entered(c *gin.Context) (string, bool) {
	if found, ok := c.Value(now).(reads.Now); ok && found.Member {
		return c.Param("room"), true
	}
	name, err := roomName(c)
	if err == nil && c.Request.Method == http.MethodGet {
		if err = h.enter(c.Request.Context(), current(c).Session, name); errors.Is(err, access.ErrArchived) {
			err = nil
		}
	}
	if err != nil {
		h.fail(c, err)
	}
	return name, err == nil
}

// renderRoom answers with a room's page; page has what is special about it.
func (h *Handler) renderRoom(c *gin.Context, status int, name string, around chat.Position, page web.Room) {
	err := h.fillRoom(c, &page, name)
	if err == nil {
		err = h.fillLog(c, name, around, &page)
	}
	if err != nil {
		h.fail(c, err)
		return
	}
	h.render(c, status, "room.html", page)
}

// fillLog fills in the messages: the newest; or those around one, if it is
// named; or those where the unread begins, if that may not be among the newest.
func (h *Handler) fillLog(c *gin.Context, name string, around chat.Position, page *web.Room) error {
	if around == 0 && page.Room.Unread >= manyUnread {
		around = page.Room.Read + 1
	}
	found, err := h.stretch(c, name, history.Cut{Around: around}, history.DefaultStretch)
	if err != nil {
		return err
	}
	page.Messages, page.At, page.More = found.Messages, found.Head, found.More
	if page.Named, err = h.namedIn(c, found.Messages); err != nil {
		return err
	}
	page.Newer = around > 0 && len(found.Messages) == history.DefaultStretch
	return nil
}

// namedIn returns the people whom messages name beside what they say.
func (h *Handler) namedIn(c *gin.Context, messages []chat.Message) (map[string]web.Person, error) {
	if len(messages) == 0 {
		return nil, nil
	}
	var names []string
	seen := make(map[string]bool)
	note := func(name string) {
		if name != "" && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	for i := range messages {
		note(messages[i].Username)
		note(messages[i].PinnedBy)
	}
	found, err := h.People.Named(c.Request.Context(), names)
	if err != nil {
		return nil, err
	}
	people := make(map[string]web.Person, len(found))
	for name, p := range found {
		people[name] = showPerson(p)
	}
	return people, nil
}
