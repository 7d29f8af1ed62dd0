package handler

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"parley/core/session"
	"parley/messages/internal/account"
	"parley/messages/internal/cookie"
)

// sessionKey is where a request's context has the session of who is signed in.
const sessionKey = "parley/session"

// signedIn lets only those through who are signed in. A page's visitor is sent
// to sign in; anybody else is told to.
func (h *Handler) signedIn(c *gin.Context) {
	name, err := h.identify(c)
	switch {
	case err != nil:
		h.fail(c, err)
	case name != "":
	case isRead(c.Request) && wantsPage(c.Request):
		c.Redirect(http.StatusSeeOther, "/login?next="+url.QueryEscape(c.Request.URL.RequestURI()))
		c.Abort()
	default:
		h.fail(c, errNotSignedIn)
	}
}

// recalled is signedIn for handlers that see to it themselves that the session
// is live when it counts. It spares Postgres a question about a session that
// was live a short while ago.
func (h *Handler) recalled(c *gin.Context) {
	key, username, ok := h.Sessions.Recall(c.Request)
	if !ok {
		defer setDeadline(c)()
		if h.signedIn(c); !c.IsAborted() {
			c.Next()
		}
		return
	}
	c.Set(sessionKey, session.Session{Key: key, Username: username})
}

// identify returns the name of who is signed in, or "". This is where a
// request's session is looked up: gin-contrib's own lookup would only log that
// Postgres is away, and go on as if nobody were signed in.
func (h *Handler) identify(c *gin.Context) (string, error) {
	s, err := h.Sessions.Get(c.Request, session.CookieName)
	if err != nil {
		return "", err
	}
	found, _ := cookie.Current(s)
	c.Set(sessionKey, found)
	return found.Username, nil
}

// current returns the session that identify has found; the zero Session if it
// found none.
func current(c *gin.Context) session.Session {
	found, _ := c.Get(sessionKey)
	s, _ := found.(session.Session)
	return s
}

// user returns the name that identify has found.
func user(c *gin.Context) string { return current(c).Username }

// startSession signs in who has given proof, with a new token.
func (h *Handler) startSession(c *gin.Context, proof account.Proof) error {
	if _, err := h.identify(c); err != nil {
		return err
	}
	s := ginsessions.Default(c)
	s.Clear()
	s.Set(cookie.Username, proof.Username)
	if err := s.Save(); err != nil {
		return err
	}
	if err := h.Accounts.Confirm(c.Request.Context(), proof); err != nil {
		return errors.Join(err, h.withdrawSession(c))
	}
	return nil
}

func (h *Handler) withdrawSession(c *gin.Context) error {
	s, err := h.Sessions.Get(c.Request, session.CookieName)
	if err != nil {
		return err
	}
	return h.Sessions.Withdraw(context.WithoutCancel(c.Request.Context()), c.Writer, s)
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
