package handler

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/messages/internal/search"
)

// search answers with the messages that the user's query finds, newest first.
func (h *Handler) search(c *gin.Context) {
	c.Header("Vary", "Accept")
	if wantsPage(c.Request) {
		h.searchPage(c)
		return
	}
	page, err := h.hits(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	c.Data(http.StatusOK, typeJSON+"; charset=utf-8", appendFound(nil, page))
}

// hits returns what the request's query finds.
func (h *Handler) hits(c *gin.Context) (page search.Page, err error) {
	q, err := readQuery(c)
	if err != nil {
		return page, err
	}
	limit, err := readLimit(c)
	if err != nil {
		return page, err
	}
	before, err := readPlace(c)
	if err != nil {
		return page, err
	}
	if err := h.SearchLimit.Take(c.Request.Context(), user(c)); err != nil {
		return page, err
	}
	return h.Search.Search(c.Request.Context(), user(c), q, before, limit)
}

// readQuery returns what q asks for, from and in whom and what the request says
// besides.
func readQuery(c *gin.Context) (search.Query, error) {
	from, room := c.Query("from"), c.Query("room")
	q, err := search.Parse(c.Query("q"), user(c))
	if errors.Is(err, search.ErrEmpty) && from+room != "" {
		q, err = search.Everything(), nil
	}
	if from != "" {
		q.From(from)
	}
	if room != "" {
		q.In(room)
	}
	return q, err
}

// appendFound appends {"messages":[{…,"snippet":"…"}],"more":bool,"next":"…"}.
func appendFound(b []byte, page search.Page) []byte {
	b = append(b, `{"messages":[`...)
	for i := range page.Hits {
		if i > 0 {
			b = append(b, ',')
		}
		b = page.Hits[i].AppendJSON(b)
		b = chat.AppendString(append(b[:len(b)-1], `,"snippet":`...), page.Hits[i].Snippet)
		b = append(b, '}')
	}
	b = strconv.AppendBool(append(b, `],"more":`...), page.More)
	if page.More {
		b = chat.AppendString(append(b, `,"next":`...), page.Next.String())
	}
	return append(b, '}')
}
