package handler

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"parley/messages/internal/account"
	"parley/messages/web"
)

// accountPage shows one's own name and sessions, and the form for a new password.
func (h *Handler) accountPage(c *gin.Context, status int, page web.Account) {
	sessions, err := h.sessions(c)
	if err == nil {
		page.Frame, err = h.frame(c, "")
	}
	if err != nil {
		h.fail(c, err)
		return
	}
	if kept := typedOf(page.Me); page.Typed == nil {
		page.Typed = kept
	} else {
		for field, values := range kept { // the other forms are as they were
			if !page.Typed.Has(field) {
				page.Typed[field] = values
			}
		}
	}
	_, page.Changed = c.GetQuery(changedMark)
	page.Saved = c.Query(savedMark)
	page.Sessions, page.Current = sessions, current(c).ID
	h.render(c, status, "account.html", page)
}

// showAccount is the page of what [Handler.listSessions] and [Handler.showMe]
// tell programs.
func (h *Handler) showAccount(c *gin.Context) { h.accountPage(c, http.StatusOK, web.Account{}) }

// passwordFailed shows the form for a new password again.
func (h *Handler) passwordFailed(c *gin.Context, err error) {
	p := h.note(c, err)
	failure := web.Failure{Field: fields[p.code], Message: p.message}
	if errors.Is(err, account.ErrBadCredentials) {
		failure = web.Failure{Field: "current", Message: "This is not your current password."}
	}
	h.accountPage(c, p.status, web.Account{Failure: failure})
}
