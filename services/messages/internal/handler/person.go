package handler

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/core/session"
	"parley/messages/internal/person"
	"parley/messages/web"
)

// peopleRoutes are those of people, for who is signed in.
func (h *Handler) peopleRoutes(own *gin.RouterGroup, read []string) {
	own.Match(read, "/me", h.showMe)
	own.PATCH("/me", h.changeMe)
	own.POST("/me", h.changeMe) // a form can't PATCH
	own.PUT("/me/avatar", h.setAvatar)
	own.POST("/me/avatar", h.saveAvatar) // nor PUT
	own.DELETE("/me/avatar", h.removeAvatar)
	own.PUT("/me/presence", h.setPresence)
	own.Match(read, "/presence", h.showPresence)
	own.Match(read, "/people", h.listPeople)
	own.Match(read, "/people/:username", h.showPerson)
	own.Match(read, "/people/:username/avatar/:digest", h.showAvatar)

	admin := own.Group("", h.atLeast(chat.Admin))
	admin.PATCH("/people/:username", h.setRole)
	admin.POST("/people/:username", h.setRole)
	admin.POST("/people/:username/ban", h.judge(h.ban))
	admin.POST("/people/:username/unban", h.judge(h.People.Unban))
}

func (h *Handler) listPeople(c *gin.Context) {
	c.Header("Vary", "Accept")
	if wantsPage(c.Request) {
		h.peoplePage(c)
		return
	}
	people, more, err := h.people(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	if people == nil {
		people = []person.Person{} // not null
	}
	c.JSON(http.StatusOK, gin.H{"people": people, "more": more})
}

// maxAsked is how many people can be asked for by name at once.
const maxAsked = 100

// people returns those whom the request asks for: by what they are called, or,
// as a page does that is to show them, by their usernames.
func (h *Handler) people(c *gin.Context) (people []person.Person, more bool, err error) {
	names, byName := c.GetQuery("usernames")
	if !byName {
		return h.listedPeople(c, c.Query("q"), c.Query("after"))
	}
	var asked []string
	for name := range strings.SplitSeq(names, ",") {
		if len(asked) == maxAsked {
			return nil, false, errTooManyNames
		}
		if chat.ValidUsername(name) {
			asked = append(asked, name)
		}
	}
	people, err = h.People.Shown(c.Request.Context(), user(c), asked)
	if err == nil {
		h.peoplesStates(c.Request.Context(), people)
	}
	return people, false, err
}

// peoplesStates says of people who is here.
func (h *Handler) peoplesStates(ctx context.Context, people []person.Person) {
	all := make([]*person.Person, len(people))
	for i := range people {
		all[i] = &people[i]
	}
	h.withStates(ctx, all...)
}

// listedPeople lists whom the user sees, and who of them is here.
func (h *Handler) listedPeople(c *gin.Context, q, after string) (people []person.Person, more bool, err error) {
	if people, more, err = h.People.List(c.Request.Context(), user(c), q, after); err != nil {
		return nil, false, err
	}
	h.peoplesStates(c.Request.Context(), people)
	return people, more, nil
}

func (h *Handler) showPerson(c *gin.Context) {
	username, ok := chat.FoldUsername(c.Param("username"))
	if !ok {
		h.fail(c, person.ErrNotFound)
		return
	}
	c.Header("Vary", "Accept")
	if wantsPage(c.Request) {
		if isRead(c.Request) && username != c.Param("username") { // a person has one address
			c.Redirect(http.StatusPermanentRedirect, "/people/"+username)
			return
		}
		h.personPage(c, http.StatusOK, web.Failure{})
		return
	}
	found, err := h.People.Find(c.Request.Context(), user(c), username)
	if err != nil {
		h.fail(c, err)
		return
	}
	h.withStates(c.Request.Context(), &found)
	c.JSON(http.StatusOK, found)
}

// setRole answers with the person as they are then.
func (h *Handler) setRole(c *gin.Context) {
	in, err := readInput(c.Request)
	if err != nil {
		h.fail(c, err)
		return
	}
	var wanted struct {
		Role chat.Role `json:"role"`
	}
	if in.isForm() {
		wanted.Role = chat.Role(in.form.Get("role"))
	} else if err := in.decode(&wanted); err != nil {
		h.fail(c, err)
		return
	}
	username, ok := chat.FoldUsername(c.Param("username"))
	if !ok {
		h.fail(c, person.ErrNotFound)
		return
	}
	err = h.People.SetRole(c.Request.Context(), current(c).Session, username, wanted.Role)
	switch {
	case in.isForm() && (err == nil || wantsPage(c.Request)):
		h.judged(c, "role", err)
	case err != nil:
		h.fail(c, err)
	default:
		h.showPerson(c)
	}
}

// ban bans somebody. Whatever private room only they moderate, another does then.
func (h *Handler) ban(ctx context.Context, by session.Session, username string) error {
	if err := h.People.Ban(ctx, by, username); err != nil {
		return err
	}
	return h.Members.HandOver(ctx, by, username)
}

// judge bans or unbans.
func (h *Handler) judge(do func(ctx context.Context, by session.Session, username string) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		username, ok := chat.FoldUsername(c.Param("username"))
		if !ok {
			h.fail(c, person.ErrNotFound)
			return
		}
		err := do(c.Request.Context(), current(c).Session, username)
		switch {
		case isForm(c) && (err == nil || wantsPage(c.Request)):
			h.judged(c, "ban", err)
		case err != nil:
			h.fail(c, err)
		default:
			c.Status(http.StatusNoContent)
		}
	}
}

func isForm(c *gin.Context) bool { return c.ContentType() == "application/x-www-form-urlencoded" }
