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
	if page.Failure.Field != "name" {
		page.Name = page.Me.DisplayName
	}
	_, page.Changed = c.GetQuery(changedMark)
	page.Renamed = c.Query(savedMark) == "name"
	page.Sessions, page.Current = sessions, current(c).ID
	h.render(c, status, "account.html", page)
}

// renamed answers the form for another display name.
func (h *Handler) renamed(c *gin.Context, name string, err error) {
	if err == nil {
		done(c, "/account?"+savedMark+"=name")
		return
	}
	if status, failure, told := h.failed(c, err); told {
		h.accountPage(c, status, web.Account{Failure: failure, Name: name})
	}
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
