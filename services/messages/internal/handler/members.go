package handler

import (
	"context"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/session"
	"parley/messages/web"
)

// enter sees to it that somebody is in a room, for whom it is enough to write
// there or to open it: an open room is joined. Errors: [access.ErrNotFound];
// [access.ErrArchived], also for who is in the room.
func (h *Handler) enter(ctx context.Context, who session.Session, room string) error {
	key := access.Key{Username: who.Username, Room: room}
	grant, err := h.Grants.Find(ctx, key)
	switch {
	case err != nil:
		return err
	case grant.Archived:
		return access.ErrArchived
	case !grant.Member:
		if err := h.Members.Join(ctx, who, room); err != nil {
			return err
		}
	}
	h.Grants.Note(key)
	return nil
}

func (h *Handler) join(c *gin.Context) {
	h.inRoom(c, "/chat/"+c.Param("room"), func(ctx context.Context, room string) error {
		return h.Members.Join(ctx, current(c).Session, room)
	})
}

func (h *Handler) leave(c *gin.Context) {
	h.inRoom(c, "/chat", func(ctx context.Context, room string) error {
		if err := h.mayRead(c, room); err != nil {
			return err
		}
		return h.Members.Leave(ctx, current(c).Session, room)
	})
}

func (h *Handler) addMember(c *gin.Context) {
	h.inRoom(c, "", func(ctx context.Context, room string) error {
		return h.Members.Add(ctx, current(c).Session, room, memberName(c))
	})
}

func (h *Handler) removeMember(c *gin.Context) {
	h.inRoom(c, "", func(ctx context.Context, room string) error {
		if err := h.mayRead(c, room); err != nil {
			return err
		}
		return h.Members.Remove(ctx, current(c).Session, room, memberName(c))
	})
}

// memberName returns the person in the request's path; "", which is nobody, if
// there can't be one of that name.
func memberName(c *gin.Context) string {
	if name, ok := chat.FoldUsername(c.Param("username")); ok {
		return name
	}
	return ""
}

// setNotify sets which messages of a room one is notified of.
func (h *Handler) setNotify(c *gin.Context) {
	h.inRoom(c, "", func(ctx context.Context, room string) error {
		var wanted struct {
			Level chat.Level `json:"level"`
		}
		if err := readObject(c, &wanted); err != nil {
			return err
		}
		return h.Members.Notify(ctx, current(c).Session, room, wanted.Level)
	})
}

// inRoom does something in the room of the request's path, and answers that it
// is done. A form's sender is led on to next.
func (h *Handler) inRoom(c *gin.Context, next string, do func(ctx context.Context, room string) error) {
	room, err := roomName(c)
	if err == nil {
		err = do(c.Request.Context(), room)
	}
	switch {
	case err != nil:
		h.fail(c, err)
	case next != "" && c.ContentType() == "application/x-www-form-urlencoded":
		c.Redirect(http.StatusSeeOther, next)
	default:
		c.Status(http.StatusNoContent)
	}
}

// listMembers answers with a page of a room's members.
func (h *Handler) listMembers(c *gin.Context) {
	c.Header("Vary", "Accept")
	if wantsPage(c.Request) {
		h.membersPage(c, http.StatusOK, web.Failure{})
		return
	}
	room, err := roomName(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	after := c.Query("after")
	if after != "" && !chat.ValidUsername(after) {
		h.fail(c, errAfterInvalid)
		return
	}
	members, more, err := h.Members.List(c.Request.Context(), user(c), room, after)
	if err != nil {
		h.fail(c, err)
		return
	}
	h.membersStates(c.Request.Context(), members)
	c.JSON(http.StatusOK, gin.H{"members": members, "more": more})
}

// readObject reads a request that can only be a JSON object.
func readObject(c *gin.Context, v any) error {
	in, err := readInput(c.Request)
	if err != nil {
		return err
	}
	if in.isForm() {
		return errMediaType
	}
	return in.decode(v)
}

// isGone reports whether a change was refused because its author isn't in the
// room, or not any more.
func isGone(err error) bool { return errors.Is(err, access.ErrNotFound) }
