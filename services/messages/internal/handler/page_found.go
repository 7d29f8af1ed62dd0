package handler

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/core/history"
	"parley/messages/web"
)

// searchPage shows what a query finds, or only asks for one.
func (h *Handler) searchPage(c *gin.Context) {
	page := web.Found{Search: true, Query: strings.TrimSpace(c.Query("q")), Later: c.Query("before") != ""}
	status := http.StatusOK
	if page.Query != "" {
		found, err := h.hits(c)
		if err != nil {
			var told bool
			if status, page.Failure, told = h.failed(c, err); !told {
				return
			}
		}
		page.More = found.More
		for _, hit := range found.Hits {
			page.Messages = append(page.Messages, web.Hit{Message: hit.Message, Snippet: hit.Snippet})
		}
		if found.More {
			page.Next = found.Next.String()
		}
	}
	h.foundPage(c, status, page)
}

// mentionsPage shows the messages that mention the user.
func (h *Handler) mentionsPage(c *gin.Context) {
	page := web.Found{Later: c.Query("before") != ""}
	found, more, err := h.mentions(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	page.More = more
	for _, m := range found {
		page.Messages = append(page.Messages, web.Hit{Message: m})
	}
	if more {
		page.Next = history.PlaceOf(&found[len(found)-1]).String()
	}
	h.foundPage(c, http.StatusOK, page)
}

func (h *Handler) foundPage(c *gin.Context, status int, page web.Found) {
	var err error
	if page.Frame, err = h.frame(c, ""); err != nil {
		h.fail(c, err)
		return
	}
	messages := make([]chat.Message, len(page.Messages))
	for i, hit := range page.Messages {
		messages[i] = hit.Message
	}
	people, err := h.namedIn(c, messages)
	if err != nil {
		h.fail(c, err)
		return
	}
	for i, hit := range page.Messages {
		page.Messages[i].Author = web.PersonOf(people, hit.Username)
	}
	page.AtMentions = !page.Search
	h.render(c, status, "found.html", page)
}
