package handler

import (
	"net/http"
	"net/url"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"parley/core/session"
	"parley/messages/internal/cookie"
)

// usernameKey is where a request's context has the name of who is signed in.
const usernameKey = "parley/username"

// signedIn lets only those through who are signed in. A page's visitor is sent
// to sign in; anybody else is told to.
func (h *Handler) signedIn(c *gin.Context) {
	name, err := h.identify(c)
	switch {
	case err != nil:
		h.fail(c, err)
	case name != "":
	case isRead(c.Request) && wantsPage(c.Request):
		c.Header("Cache-Control", "no-store")
		c.Redirect(http.StatusSeeOther, "/login?next="+url.QueryEscape(c.Request.URL.RequestURI()))
		c.Abort()
	default:
		h.fail(c, errNotSignedIn)
	}
}

// identify returns the name of who is signed in, or "". This is where a
// request's session is looked up: gin-contrib's own lookup would only log that
// Postgres is away, and go on as if nobody were signed in.
func (h *Handler) identify(c *gin.Context) (string, error) {
	s, err := h.Sessions.Get(c.Request, session.CookieName)
	if err != nil {
		return "", err
	}
	name, _ := s.Values[cookie.Username].(string)
	c.Set(usernameKey, name)
	return name, nil
}

// user returns the name that identify has found.
func user(c *gin.Context) string { return c.GetString(usernameKey) }

// startSession signs username in, with a new token.
func (h *Handler) startSession(c *gin.Context, username string) error {
	if _, err := h.identify(c); err != nil {
		return err
	}
	s := ginsessions.Default(c)
	s.Clear()
	s.Set(cookie.Username, username)
	return s.Save()
}

// endSession signs out. It need not know who is signed in.
func (h *Handler) endSession(c *gin.Context) error {
	if _, err := h.identify(c); err != nil {
		return err
	}
	s := ginsessions.Default(c)
	s.Options(ginsessions.Options{MaxAge: -1})
	return s.Save()
}
