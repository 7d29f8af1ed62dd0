package handler

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/core/history"
)

// listPins answers with a room's pinned messages, the newest pin first.
func (h *Handler) listPins(c *gin.Context) {
	room, err := roomName(c)
	var pinned []chat.Message
	if err == nil {
		pinned, err = h.History.Pinned(c.Request.Context(), user(c), room)
	}
	if err != nil {
		h.fail(c, err)
		return
	}
	c.Data(http.StatusOK, typeJSON+"; charset=utf-8", append(appendMessages([]byte(`{"messages":`), pinned), '}'))
}

// listVersions answers an owner with the bodies that a message had before.
func (h *Handler) listVersions(c *gin.Context) {
	ref, err := h.messageRef(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	versions, err := h.Amender.Versions(c.Request.Context(), ref)
	if err != nil {
		h.fail(c, err)
		return
	}
	c.JSON(http.StatusOK, gin.H{"versions": versions})
}

// listMentions answers with the messages that mention the user, newest first.
func (h *Handler) listMentions(c *gin.Context) {
	c.Header("Vary", "Accept")
	if wantsPage(c.Request) {
		h.mentionsPage(c)
		return
	}
	found, more, err := h.mentions(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	b := appendMessages([]byte(`{"messages":`), found)
	b = strconv.AppendBool(append(b, `,"more":`...), more)
	if more {
		b = chat.AppendString(append(b, `,"next":`...), history.PlaceOf(&found[len(found)-1]).String())
	}
	c.Data(http.StatusOK, typeJSON+"; charset=utf-8", append(b, '}'))
}

// mentions returns the page of messages that the request asks for.
func (h *Handler) mentions(c *gin.Context) (found []chat.Message, more bool, err error) {
	limit, err := readLimit(c)
	if err != nil {
		return nil, false, err
	}
	before, err := readPlace(c)
	if err != nil {
		return nil, false, err
	}
	return h.History.Mentioning(c.Request.Context(), user(c), before, limit)
}

// readPlace returns the place that a list over all rooms goes on before; the
// zero place if the request names none.
func readPlace(c *gin.Context) (history.Place, error) {
	text, given := c.GetQuery("before")
	if !given {
		return history.Place{}, nil
	}
	return history.ParsePlace(text)
}

// appendMessages appends messages as a JSON array.
func appendMessages(b []byte, all []chat.Message) []byte {
	b = append(b, '[')
	for i := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = all[i].AppendJSON(b)
	}
	return append(b, ']')
}
