package handler

import (
	"context"
	"errors"

	"github.com/gin-gonic/gin"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/wire"
	"parley/messages/internal/change"
	"parley/messages/internal/limit"
)

// markRead notes how far the user has read a room: no less than they had, unless
// they mark what comes after it unread.
func (h *Handler) markRead(c *gin.Context) {
	h.inRoom(c, "", func(ctx context.Context, room string) error {
		var wanted struct {
			ID     *chat.Position `json:"id"`
			Unread bool           `json:"unread"`
		}
		if err := readObject(c, &wanted); err != nil {
			return err
		}
		if wanted.ID == nil || *wanted.ID < 0 {
			return errIDInvalid
		}
		if wanted.Unread {
			if err := h.ChangeLimit.Take(ctx, user(c)); err != nil {
				return err
			}
			return h.Members.MarkUnread(ctx, current(c).Session, room, *wanted.ID)
		}
		return h.Committer.Read(ctx, change.Read{Room: room, Username: user(c), Upto: *wanted.ID, Session: current(c).Key})
	})
}

// typing tells those in a room that the user is writing there. It is done, and
// says so, also where that was told a moment ago, or never is.
func (h *Handler) typing(c *gin.Context) {
	h.inRoom(c, "", func(ctx context.Context, room string) error {
		grant, err := h.Grants.Find(ctx, access.Key{Username: user(c), Room: room})
		if err != nil || grant.Archived || !h.Typing {
			return err
		}
		var told *limit.Exceeded
		if err := h.TypingLimit.Take(ctx, user(c)+" "+room); errors.As(err, &told) {
			return nil
		} else if err != nil {
			return err
		}
		h.Notice(wire.RoomTopic(room), &wire.Typing{Room: room, Username: user(c)})
		return nil
	})
}
