package handler

import (
	"context"
	"slices"

	"github.com/gin-gonic/gin"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/session"
	"parley/messages/internal/membership"
	"parley/messages/web"
)

// maxCandidates is how many people are offered to be added.
const maxCandidates = 10

// membersPage shows who is in a room. failure is why somebody could not be
// added or removed.
func (h *Handler) membersPage(c *gin.Context, status int, failure web.Failure) {
	name, err := roomName(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	page := web.Members{After: c.Query("after"), Query: c.Query("q"), Failure: failure}
	if page.After != "" && !chat.ValidUsername(page.After) {
		h.fail(c, errAfterInvalid)
		return
	}
	members, more, err := h.Members.List(c.Request.Context(), user(c), name, page.After)
	if err == nil {
		page.Frame, page.Room, err = h.roomFrame(c, name)
	}
	if err != nil {
		h.fail(c, err)
		return
	}
	page.More = more
	h.membersStates(c.Request.Context(), members)
	for _, m := range members {
		page.People = append(page.People, web.Person{Username: m.Username, DisplayName: m.DisplayName, Role: m.Role, Moderator: m.Moderator, State: m.State, Look: m.Look})
	}
	if err := h.mayInRoom(c, &page); err != nil {
		h.fail(c, err)
		return
	}
	h.render(c, status, "members.html", page)
}

// mayInRoom fills in what the user may do about the members, and who could be
// added.
func (h *Handler) mayInRoom(c *gin.Context, page *web.Members) error {
	grant, err := h.Grants.Find(c.Request.Context(), access.Key{Username: user(c), Room: page.Room.Name})
	if err != nil {
		return err
	}
	page.MayAdd = page.Room.Kind != chat.Direct && !grant.Archived && (grant.Member || grant.Moderates())
	page.MayRemove = page.Room.Kind != chat.Direct && grant.Moderates()
	if !page.MayAdd || page.Query == "" {
		return nil
	}
	page.Candidates, err = h.candidates(c, page.Room.Name, page.Query)
	return err
}

// candidates are people who fit the query and are not in the room.
func (h *Handler) candidates(c *gin.Context, room, query string) ([]web.Person, error) {
	ctx := c.Request.Context()
	found, _, err := h.People.List(ctx, user(c), query, "")
	if err != nil {
		return nil, err
	}
	names := make([]string, len(found))
	for i, p := range found {
		names[i] = p.Username
	}
	in, err := h.Members.Among(ctx, room, names)
	if err != nil {
		return nil, err
	}
	var free []web.Person
	for _, p := range found {
		if !p.Banned && !slices.Contains(in, p.Username) && len(free) < maxCandidates {
			free = append(free, showPerson(p))
		}
	}
	return free, nil
}

// memberChange puts somebody into a room, or takes them out.
type memberChange func(ctx context.Context, by session.Session, room, username string) error

// addMemberForm is addMember for a form.
func (h *Handler) addMemberForm(c *gin.Context) { h.memberForm(c, "add", h.Members.Add) }

// removeMemberForm is removeMember for a form.
func (h *Handler) removeMemberForm(c *gin.Context) { h.memberForm(c, "remove", h.Members.Remove) }

func (h *Handler) memberForm(c *gin.Context, field string, do memberChange) {
	in := h.form(c)
	if in == nil {
		return
	}
	name, err := h.readableRoom(c)
	if err == nil {
		username, ok := chat.FoldUsername(in.form.Get("username"))
		if ok {
			err = do(c.Request.Context(), current(c).Session, name, username)
		} else {
			err = membership.ErrPersonNotFound
		}
	}
	if err == nil {
		done(c, "/chat/"+name+"/members")
		return
	}
	if status, failure, told := h.failed(c, err); told {
		failure.Field = field
		h.membersPage(c, status, failure)
	}
}
