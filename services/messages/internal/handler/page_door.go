package handler

import (
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"parley/messages/internal/account"
	"parley/messages/internal/invite"
	"parley/messages/web"
)

// loginPage shows the form to sign in.
func (h *Handler) loginPage(c *gin.Context) {
	if next := c.Query("next"); !h.sentOn(c, next) {
		h.render(c, http.StatusOK, "login.html", web.Login{
			Mode: web.ModeLogin, Next: localNext(next), Ended: c.Query("reason") == "ended",
		})
	}
}

// registerPage shows the form to sign up, if one can.
func (h *Handler) registerPage(c *gin.Context) {
	next := c.Query("next")
	if h.sentOn(c, next) {
		return
	}
	mode, err := h.signUpMode(c)
	switch {
	case err == nil:
		h.render(c, http.StatusOK, "login.html", web.Login{Mode: mode, Next: localNext(next)})
	case errors.Is(err, account.ErrInviteRequired):
		h.render(c, http.StatusOK, "noinvite.html", web.NoInvite{Place: h.place(c), Next: localNext(next)})
	case errors.Is(err, account.ErrSignUpClosed):
		h.render(c, http.StatusOK, "noinvite.html", web.NoInvite{Closed: true, Place: h.place(c), Next: localNext(next)})
	default:
		h.fail(c, err)
	}
}

// signUpMode says how one signs up without an invite. Errors:
// [account.ErrInviteRequired], [account.ErrSignUpClosed].
func (h *Handler) signUpMode(c *gin.Context) (string, error) {
	first, err := h.Accounts.First(c.Request.Context())
	switch {
	case err != nil:
		return "", err
	case first:
		return web.ModeSetup, nil
	}
	return web.ModeRegister, h.Accounts.Open()
}

// joinPage shows the form to sign up by an invite, or says that it is none.
func (h *Handler) joinPage(c *gin.Context) {
	if h.sentOn(c, "") {
		return
	}
	h.renderJoin(c, http.StatusOK, web.Login{}, c.Param("code"))
}

// renderJoin fills in what page does not have yet: the invite.
func (h *Handler) renderJoin(c *gin.Context, status int, page web.Login, code string) {
	found, err := h.Invites.Find(c.Request.Context(), code)
	switch {
	case errors.Is(err, invite.ErrInvalid):
		h.note(c, err)
		h.render(c, http.StatusNotFound, "noinvite.html", web.NoInvite{Broken: true, Place: h.place(c)})
		return
	case err != nil:
		h.fail(c, err)
		return
	}
	by, err := h.People.Named(c.Request.Context(), []string{found.CreatedBy})
	if err != nil {
		h.fail(c, err)
		return
	}
	page.Mode, page.Place = web.ModeJoin, h.place(c)
	page.Invite = web.Invitation{Code: code, Role: found.Role, Rooms: found.Rooms}
	if found.CreatedBy != "" {
		page.Invite.By = acquaintances(by).show(found.CreatedBy)
	}
	h.render(c, status, "login.html", page)
}

// findJoin leads on to the invite whose link or code somebody has put in.
func (h *Handler) findJoin(c *gin.Context) {
	typed := strings.TrimSpace(c.Query("invite"))
	if code := inviteCode(typed); code != "" {
		done(c, "/join/"+code)
		return
	}
	h.render(c, http.StatusUnprocessableEntity, "noinvite.html", web.NoInvite{
		Place: h.place(c), Typed: typed, Error: "This is neither an invite’s link nor its code.",
	})
}

// inviteCode returns the code in an invite's link, or what may be a code; "" if
// it is neither.
func inviteCode(typed string) string {
	if u, err := url.Parse(typed); err == nil && strings.Contains(u.Path, "/join/") {
		typed = path.Base(u.Path)
	}
	if !invite.Valid(typed) {
		return ""
	}
	return typed
}

// signUpFailed shows the form to sign up again.
func (h *Handler) signUpFailed(c *gin.Context, got credentials, err error) {
	p := h.note(c, err)
	page := web.Login{Username: got.Username, Next: localNext(got.next), Error: p.message, Field: fields[p.code]}
	switch {
	case errors.Is(err, invite.ErrInvalid):
		h.render(c, p.status, "noinvite.html", web.NoInvite{Broken: true, Place: h.place(c), Next: page.Next})
	case errors.Is(err, account.ErrSignUpClosed):
		h.render(c, p.status, "noinvite.html", web.NoInvite{Closed: true, Place: h.place(c), Next: page.Next})
	case errors.Is(err, account.ErrInviteRequired):
		h.render(c, p.status, "noinvite.html", web.NoInvite{Place: h.place(c), Next: page.Next})
	case got.Invite != "":
		h.renderJoin(c, p.status, page, got.Invite)
	default:
		if page.Mode = web.ModeRegister; h.isFirst(c) {
			page.Mode = web.ModeSetup
		}
		h.render(c, p.status, "login.html", page)
	}
}

func (h *Handler) isFirst(c *gin.Context) bool {
	first, err := h.Accounts.First(c.Request.Context())
	return err == nil && first
}

// sentOn leads on who is signed in already, and reports whether the request is
// answered.
func (h *Handler) sentOn(c *gin.Context, next string) bool {
	who, err := h.identify(c)
	switch {
	case err != nil:
		h.fail(c, err)
	case who.SignedIn():
		done(c, localPath(next))
	default:
		return false
	}
	return true
}

// place is what those who come to this Parley know it by.
func (h *Handler) place(c *gin.Context) string {
	host := c.Request.Host
	if u, err := url.Parse(h.PublicURL); err == nil && u.Host != "" {
		host = u.Host
	}
	return host
}
