package handler

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/core/session"
)

// changedMark in the page's address says that the password was just changed.
const changedMark = "changed"

// listed is a session as its owner sees it.
type listed struct {
	ID         string `json:"id"`
	Current    bool   `json:"current"`
	UserAgent  string `json:"user_agent"`
	CreatedAt  string `json:"created_at"`
	LastSeenAt string `json:"last_seen_at"`
	ExpiresAt  string `json:"expires_at"`
}

// listSessions answers with the user's sessions, as a page or as JSON.
func (h *Handler) listSessions(c *gin.Context) {
	c.Header("Vary", "Accept")
	if wantsPage(c.Request) {
		h.showAccount(c)
		return
	}
	sessions, err := h.sessions(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	list := make([]listed, len(sessions))
	for i, s := range sessions {
		list[i] = listed{s.ID, s.ID == current(c).ID, s.UserAgent, stamp(s.CreatedAt), stamp(s.LastSeenAt), stamp(s.ExpiresAt)}
	}
	c.JSON(http.StatusOK, gin.H{"sessions": list})
}

// sessions returns those of the user. The present one is seen right now.
func (h *Handler) sessions(c *gin.Context) ([]session.Session, error) {
	list, err := h.Sessions.Sessions.List(c.Request.Context(), user(c), current(c).Key)
	if err == nil && len(list) > 0 && list[0].ID == current(c).ID {
		list[0].LastSeenAt = time.Now()
	}
	return list, err
}

// deleteSession ends a session of the user, maybe the present one.
func (h *Handler) deleteSession(c *gin.Context) {
	if err := h.endOwn(c, c.Param("id")); err != nil {
		h.fail(c, err)
		return
	}
	c.Status(http.StatusNoContent)
}

// endListed is deleteSession for a form. That the session has ended already
// is what was wanted.
func (h *Handler) endListed(c *gin.Context) {
	id := c.Param("id")
	if err := h.endOwn(c, id); err != nil && !errors.Is(err, errNoSession) {
		h.fail(c, err)
		return
	}
	if id == current(c).ID {
		c.Redirect(http.StatusSeeOther, "/login")
		return
	}
	done(c, "/account#sessions-heading")
}

func (h *Handler) endOwn(c *gin.Context, id string) error {
	if id == current(c).ID {
		return h.Sessions.SignOut(c)
	}
	err := h.Sessions.EndByID(c.Request.Context(), user(c), id)
	if errors.Is(err, session.ErrNotFound) { // which else says that the present one is not found
		return errNoSession
	}
	return err
}

func stamp(t time.Time) string { return t.UTC().Format(chat.TimeFormat) }
