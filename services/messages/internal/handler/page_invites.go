package handler

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/messages/internal/invite"
	"parley/messages/web"
)

const (
	// madeMark in a page's address has the code of the invite that was just made.
	madeMark    = "made"
	welcomePath = "/welcome"
)

// invitesPage shows the invites, and the form for another; failure is why that
// was not made.
func (h *Handler) invitesPage(c *gin.Context, status int, failure web.Failure) {
	page := web.Invites{After: c.Query("after"), Made: c.Query(madeMark), Failure: failure}
	list, more, err := h.Invites.List(c.Request.Context(), user(c), page.After)
	if err == nil {
		page.Frame, err = h.frame(c, "")
	}
	if err != nil {
		h.fail(c, err)
		return
	}
	page.More = more
	for _, i := range list {
		page.List = append(page.List, h.showInvite(c, i))
	}
	page.Roles = []chat.Role{chat.Member, chat.Guest}
	if current(c).Role == chat.Owner {
		page.Roles = []chat.Role{chat.Admin, chat.Member, chat.Guest}
	}
	h.render(c, status, "invites.html", page)
}

func (h *Handler) showInvite(c *gin.Context, i invite.Invite) web.Invite {
	return web.Invite{
		Code: i.Code, URL: h.joinURL(c, i.Code), Role: i.Role, Rooms: i.Rooms, Uses: i.Uses, Used: i.Used,
		By: i.CreatedBy, CreatedAt: i.CreatedAt, ExpiresAt: i.ExpiresAt,
	}
}

// madeInvite leads the sender of a form to the page that shows the invite: that
// of invites, or the first owner's welcome.
func madeInvite(c *gin.Context, next string, made invite.Invite) {
	path := "/invites"
	if next == welcomePath {
		path = welcomePath
	}
	done(c, path+"?"+madeMark+"="+made.Code)
}

// inviteFailed shows the form again that no invite was made of.
func (h *Handler) inviteFailed(c *gin.Context, next string, err error) {
	status, failure, told := h.failed(c, err)
	switch {
	case !told:
	case next == welcomePath:
		h.welcomePage(c, status, failure.Message)
	default:
		h.invitesPage(c, status, failure)
	}
}

// welcome shows the first owner what comes next.
func (h *Handler) welcome(c *gin.Context) { h.welcomePage(c, http.StatusOK, "") }

func (h *Handler) welcomePage(c *gin.Context, status int, failure string) {
	ctx := c.Request.Context()
	me, err := h.People.Profile(ctx, user(c))
	if err != nil {
		h.fail(c, err)
		return
	}
	page := web.Welcome{Me: web.Person{Username: me.Username, DisplayName: me.DisplayName, Role: me.Role}, Error: failure}
	if code := c.Query(madeMark); code != "" {
		if found, err := h.Invites.Find(ctx, code); err == nil { // else it was revoked meanwhile
			page.URL, page.Uses, page.Expires = h.joinURL(c, code), found.Uses, found.ExpiresAt
		}
	}
	h.render(c, status, "welcome.html", page)
}
