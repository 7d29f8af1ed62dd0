package handler

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/core/session"
	"parley/messages/internal/signin"
)

// identityKey is where a request's context has who it comes from.
const identityKey = "parley/identity"

// identified lets only those through who are signed in. A page's visitor is
// sent to sign in; anybody else is told to.
func (h *Handler) identified(c *gin.Context) {
	who, err := h.identify(c)
	switch {
	case err != nil:
		h.fail(c, err)
	case who.SignedIn():
		c.Set(identityKey, who)
	case isRead(c.Request) && wantsPage(c.Request):
		c.Redirect(http.StatusSeeOther, door(c.Request))
		c.Abort()
	default:
		h.fail(c, errNotSignedIn)
	}
}

// door is where a visitor is sent to sign in, and told why if they had signed
// in before.
func door(r *http.Request) string {
	query := url.Values{"next": {r.URL.RequestURI()}}
	if _, had := session.FromRequest(r); had {
		query.Set("reason", "ended")
	}
	return "/login?" + query.Encode()
}

// identify bounds the time of a request whose time nobody bounds yet.
func (h *Handler) identify(c *gin.Context) (signin.Identity, error) {
	r := c.Request
	if _, bounded := r.Context().Deadline(); !bounded {
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		r = r.WithContext(ctx)
	}
	return h.Sessions.Identify(r)
}

// recalled is identified for what the committer does, which sees to it that
// the session is live when it counts. It spares Postgres a question about a
// session that was live a short while ago.
//
// A handler may call it, or identified, as a step of its own: once it knows
// whether the request will get as far as the committer.
func (h *Handler) recalled(c *gin.Context) {
	if who := h.Sessions.Recall(c.Request); who.SignedIn() {
		c.Set(identityKey, who)
		return
	}
	h.identified(c)
}

// atLeast lets only those through who have that role, or a higher one.
func (h *Handler) atLeast(role chat.Role) gin.HandlerFunc {
	return func(c *gin.Context) {
		if !current(c).Role.AtLeast(role) {
			h.fail(c, errForbidden)
		}
	}
}

// current returns who the request comes from; nobody where that was not asked.
func current(c *gin.Context) signin.Identity {
	found, _ := c.Get(identityKey)
	who, _ := found.(signin.Identity)
	return who
}

// user returns the name of who the request comes from.
func user(c *gin.Context) string { return current(c).Username }
