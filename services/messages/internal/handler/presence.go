package handler

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/core/presence"
	"parley/core/wire"
	"parley/messages/internal/limit"
	"parley/messages/internal/membership"
	"parley/messages/internal/person"
)

// setPresence takes what a device says: that its user acts, or has not for
// [presence.IdleAfter]. It is a hint: done, and says so, also where it was told a
// moment ago, or Redis is away.
func (h *Handler) setPresence(c *gin.Context) {
	var wanted struct {
		State string `json:"state"`
	}
	if err := readObject(c, &wanted); err != nil {
		h.fail(c, err)
		return
	}
	if wanted.State != wire.Online && wanted.State != wire.Away {
		h.fail(c, errStateInvalid)
		return
	}
	ctx := c.Request.Context()
	var told *limit.Exceeded
	err := h.PresenceLimit.Take(ctx, user(c))
	if err == nil {
		err = h.present(ctx, user(c), wanted.State)
	}
	if err != nil && !errors.As(err, &told) {
		h.Log.Debug("presence not noted", "error", err)
	}
	c.Status(http.StatusNoContent)
}

// present notes the state of somebody, and tells of it if it is news.
func (h *Handler) present(ctx context.Context, username, state string) error {
	note := h.Presence.Act
	if state == wire.Away {
		note = h.Presence.Rest
	}
	news, err := note(ctx, username)
	if err != nil || !news {
		return err
	}
	are, err := h.Presence.States(ctx, []string{username})
	if err != nil || are[username] != state {
		return err
	}
	notices, err := h.People.Notices(ctx, username, state)
	for _, n := range notices {
		h.Notice(wire.RoomTopic(n.Room), n)
	}
	return err
}

// showPresence answers who of some people is here. The user themselves, and those
// whom they do not see, are left out.
func (h *Handler) showPresence(c *gin.Context) {
	var asked []string
	for name := range strings.SplitSeq(c.Query("people"), ",") {
		if username, ok := chat.FoldUsername(name); ok && len(asked) < presence.MaxAsked {
			asked = append(asked, username)
		}
	}
	seen, err := h.People.Seen(c.Request.Context(), user(c), asked)
	if err != nil {
		h.fail(c, err)
		return
	}
	all := make([]*person.Person, len(seen))
	for i := range seen {
		all[i] = &seen[i]
	}
	h.withStates(c.Request.Context(), all...)
	states := make(map[string]string, len(seen))
	for _, p := range seen {
		states[p.Username] = p.State
	}
	c.JSON(http.StatusOK, gin.H{"people": states})
}

// states returns who of some people is here. While Redis is away, nobody is known
// to be.
func (h *Handler) states(ctx context.Context, usernames []string) map[string]string {
	states, err := h.Presence.States(ctx, usernames)
	if err != nil {
		h.Log.Debug("presence not read", "error", err)
		return make(map[string]string)
	}
	return states
}

// withStates fills in who of people is here.
func (h *Handler) withStates(ctx context.Context, people ...*person.Person) {
	names := make([]string, len(people))
	for i, p := range people {
		names[i] = p.Username
	}
	states := h.states(ctx, names)
	for _, p := range people {
		if state := states[p.Username]; state != "" {
			p.State = state
		}
	}
}

// membersStates fills in who of a room's members is here.
func (h *Handler) membersStates(ctx context.Context, members []membership.Member) {
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = m.Username
	}
	states := h.states(ctx, names)
	for i := range members {
		if members[i].State = states[members[i].Username]; members[i].State == "" {
			members[i].State = wire.Offline
		}
	}
}
