package handler

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/messages/internal/audit"
	"parley/messages/internal/invite"
	"parley/messages/web"
)

// adminRoutes are those of invites, the audit and the status.
func (h *Handler) adminRoutes(own *gin.RouterGroup, read []string) {
	admin := own.Group("", h.atLeast(chat.Admin))
	admin.POST("/invites", h.createInvite)
	admin.Match(read, "/invites", h.listInvites)
	admin.DELETE("/invites/:code", h.revokeInvite)
	admin.POST("/invites/:code/revoke", h.revokeInvite) // a form can't DELETE
	admin.Match(read, "/audit", h.listAudit)
	admin.Match(read, "/admin", h.showStatus)
}

// listedInvite is an invite as an admin sees it.
type listedInvite struct {
	Code      string    `json:"code"`
	URL       string    `json:"url"`
	Role      chat.Role `json:"role"`
	Rooms     []string  `json:"rooms"`
	Uses      int       `json:"uses"`
	Used      int       `json:"used"`
	CreatedBy string    `json:"created_by"`
	CreatedAt string    `json:"created_at"`
	ExpiresAt string    `json:"expires_at"`
}

func (h *Handler) createInvite(c *gin.Context) {
	in, err := readInput(c.Request)
	if err != nil {
		h.fail(c, err)
		return
	}
	draft, err := readInvite(in)
	var made invite.Invite
	if err == nil {
		draft.By, draft.Session = user(c), current(c).Key
		made, err = h.Invites.Create(c.Request.Context(), draft)
	}
	switch {
	case err != nil && in.isForm() && wantsPage(c.Request):
		h.inviteFailed(c, in.form.Get("next"), err)
	case err != nil:
		h.fail(c, err)
	case in.isForm():
		madeInvite(c, in.form.Get("next"), made)
	default:
		c.JSON(http.StatusCreated, gin.H{"code": made.Code, "url": h.joinURL(c, made.Code)})
	}
}

// readInvite takes numbers that are no invite's for wrong ones, which
// Create refuses, and a number that a form leaves empty for the default.
func readInvite(in *input) (d invite.Draft, err error) {
	var asked struct {
		Uses      *int64    `json:"uses"`
		ExpiresIn *int64    `json:"expires_in"` // seconds
		Role      chat.Role `json:"role"`
		Rooms     []string  `json:"rooms"`
	}
	if in.isForm() {
		asked.Uses, asked.ExpiresIn = formNumber(in.form, "uses"), formNumber(in.form, "expires_in")
		asked.Role, asked.Rooms = chat.Role(in.form.Get("role")), in.form["rooms"]
	} else if err := in.decode(&asked); err != nil {
		return invite.Draft{}, err
	}
	d = invite.Draft{Role: asked.Role, Rooms: asked.Rooms}
	if n := asked.Uses; n != nil {
		if *n < 1 || *n > invite.MaxUses {
			return d, invite.ErrUsesInvalid
		}
		d.Uses = int(*n)
	}
	if n := asked.ExpiresIn; n != nil {
		if *n < 1 || *n > int64(invite.MaxLifetime/time.Second) {
			return d, invite.ErrExpiresInvalid
		}
		d.Lifetime = time.Duration(*n) * time.Second
	}
	return d, nil
}

// formNumber returns nil for an empty field, and 0 for what is no number.
func formNumber(form url.Values, field string) *int64 {
	text := form.Get(field)
	if text == "" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		n = 0
	}
	return &n
}

func (h *Handler) listInvites(c *gin.Context) {
	c.Header("Vary", "Accept")
	if wantsPage(c.Request) {
		h.invitesPage(c, http.StatusOK, web.Failure{})
		return
	}
	found, more, err := h.Invites.List(c.Request.Context(), user(c), c.Query("after"))
	if err != nil {
		h.fail(c, err)
		return
	}
	list := make([]listedInvite, len(found))
	for i, one := range found {
		list[i] = listedInvite{
			one.Code, h.joinURL(c, one.Code), one.Role, one.Rooms, one.Uses, one.Used,
			one.CreatedBy, stamp(one.CreatedAt), stamp(one.ExpiresAt),
		}
	}
	c.JSON(http.StatusOK, gin.H{"invites": list, "more": more})
}

func (h *Handler) revokeInvite(c *gin.Context) {
	err := h.Invites.Revoke(c.Request.Context(), current(c).Session, c.Param("code"))
	switch {
	case err == nil && isForm(c), isForm(c) && errors.Is(err, invite.ErrNotFound): // that there is none was wanted
		done(c, "/invites#list-heading")
	case err != nil:
		h.fail(c, err)
	default:
		c.Status(http.StatusNoContent)
	}
}

// joinURL is the address at which somebody signs up with an invite: of the
// host that is configured, else of the one that the request named.
func (h *Handler) joinURL(c *gin.Context, code string) string {
	origin := h.PublicURL
	if origin == "" {
		scheme := "http"
		if h.Proxies.HTTPS(c.Request) {
			scheme = "https"
		}
		origin = scheme + "://" + c.Request.Host
	}
	return origin + "/join/" + code
}

func (h *Handler) listAudit(c *gin.Context) {
	before, err := readBefore(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	c.Header("Vary", "Accept")
	if wantsPage(c.Request) {
		h.auditPage(c, before)
		return
	}
	entries, more, err := h.Audit.List(c.Request.Context(), before)
	if err != nil {
		h.fail(c, err)
		return
	}
	if entries == nil {
		entries = []audit.Entry{} // not null
	}
	c.JSON(http.StatusOK, gin.H{"entries": entries, "more": more})
}
