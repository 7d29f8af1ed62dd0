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
	ref, err := messageRef(c)
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
	limit, err := readLimit(c)
	var before history.Place
	if err == nil {
		before, err = readPlace(c)
	}
	var found []chat.Message
	var more bool
	if err == nil {
		found, more, err = h.History.Mentioning(c.Request.Context(), user(c), before, limit)
	}
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
