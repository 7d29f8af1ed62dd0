package handler

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/messages/web"
)

// peoplePage shows who is here.
func (h *Handler) peoplePage(c *gin.Context) {
	page := web.People{Query: c.Query("q"), After: c.Query("after")}
	people, more, err := h.listedPeople(c, page.Query, page.After)
	if err == nil {
		page.Frame, err = h.frame(c, "")
	}
	if err != nil {
		h.fail(c, err)
		return
	}
	page.Found, page.More = showPeople(people), more
	h.render(c, http.StatusOK, "people.html", page)
}

// personPage shows somebody, and to admins what they may do about them.
func (h *Handler) personPage(c *gin.Context, status int, failure web.Failure) {
	ctx := c.Request.Context()
	found, err := h.People.Find(ctx, user(c), c.Param("username"))
	page := web.Profile{Failure: failure, Saved: c.Query(savedMark) == "role"}
	if err == nil {
		page.Frame, err = h.frame(c, "")
	}
	if err != nil {
		h.fail(c, err)
		return
	}
	h.withStates(ctx, &found)
	page.Person = showPerson(found)
	if profile, err := h.People.Profile(ctx, found.Username); err == nil {
		page.Person.Since = profile.CreatedAt
	}
	me := current(c).Role
	if me.AtLeast(chat.Admin) && (me == chat.Owner || found.Role != chat.Owner) {
		page.Roles = rolesFrom(me)
		page.MayBan = found.Username != user(c)
	}
	h.render(c, status, "person.html", page)
}

// rolesFrom are the roles that somebody of a role gives others, the highest
// first.
func rolesFrom(role chat.Role) []chat.Role {
	roles := []chat.Role{chat.Admin, chat.Member, chat.Guest}
	if role == chat.Owner {
		return append([]chat.Role{chat.Owner}, roles...)
	}
	return roles
}

// judged answers the form of an act on a person: with them as they are then, or
// with why it failed.
func (h *Handler) judged(c *gin.Context, field string, err error) {
	if err == nil {
		done(c, "/people/"+c.Param("username")+"?"+savedMark+"="+field)
		return
	}
	if status, failure, told := h.failed(c, err); told {
		failure.Field = field
		h.personPage(c, status, failure)
	}
}
