package handler

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/messages/internal/person"
	"parley/messages/web"
)

// maxPicked is how many people the page offers to choose from.
const maxPicked = 50

// newDirect shows the form that asks whom to write to.
func (h *Handler) newDirect(c *gin.Context) {
	h.directPage(c, http.StatusOK, web.Failure{}, c.QueryArray("people"))
}

func (h *Handler) directPage(c *gin.Context, status int, failure web.Failure, chosen []string) {
	ctx := c.Request.Context()
	page := web.Direct{Query: c.Query("q"), Failure: failure}
	known, err := h.People.Seen(ctx, user(c), usernames(chosen))
	if err != nil {
		h.fail(c, err)
		return
	}
	found, more, err := h.People.List(ctx, user(c), page.Query, "")
	if err == nil {
		page.Frame, err = h.frame(c, "")
	}
	if err != nil {
		h.fail(c, err)
		return
	}
	page.Chosen, page.More = showPeople(known), more
	for _, p := range found {
		if p.Banned || p.Username == user(c) || slices.ContainsFunc(known, func(k person.Person) bool { return k.Username == p.Username }) {
			continue
		}
		if len(page.Found) == maxPicked {
			page.More = true
			break
		}
		page.Found = append(page.Found, showPerson(p))
	}
	h.render(c, status, "direct.html", page)
}

// directFailed shows the form again.
func (h *Handler) directFailed(c *gin.Context, chosen []string, err error) {
	if status, failure, told := h.failed(c, err); told {
		h.directPage(c, status, failure, chosen)
	}
}

// usernames are those that can be somebody's, few enough to ask for.
func usernames(names []string) []string {
	var valid []string
	for _, name := range names[:min(len(names), 10*chat.MaxDirect)] {
		if folded, ok := chat.FoldUsername(name); ok {
			valid = append(valid, folded)
		}
	}
	return valid
}
