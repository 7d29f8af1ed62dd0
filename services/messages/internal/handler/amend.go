package handler

import (
	"context"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/core/emoji"
	"parley/messages/internal/message"
)

// editMessage replaces the body of a message.
func (h *Handler) editMessage(c *gin.Context) {
	h.amend(c, func(ctx context.Context, ref message.Ref) (message.Receipt, error) {
		var wanted struct {
			Body string `json:"body"`
		}
		if err := readObject(c, &wanted); err != nil {
			return message.Receipt{}, err
		}
		body, err := chat.CleanBody(wanted.Body)
		if err != nil {
			return message.Receipt{}, err
		}
		content, err := h.content(ctx, ref.Room, body)
		if err != nil {
			return message.Receipt{}, err
		}
		return h.Amender.Edit(ctx, ref, content)
	})
}

func (h *Handler) deleteMessage(c *gin.Context) { h.amend(c, h.Amender.Delete) }

// react adds a reaction, or takes it back.
func (h *Handler) react(c *gin.Context) {
	h.amend(c, func(ctx context.Context, ref message.Ref) (message.Receipt, error) {
		canonical, ok := emoji.Canonical(c.Param("emoji"))
		if !ok {
			return message.Receipt{}, errEmojiInvalid
		}
		return h.Amender.React(ctx, ref, canonical, c.Request.Method == http.MethodPut)
	})
}

// pin pins a message, or unpins it.
func (h *Handler) pin(c *gin.Context) {
	h.amend(c, func(ctx context.Context, ref message.Ref) (message.Receipt, error) {
		return h.Amender.Pin(ctx, ref, c.Request.Method == http.MethodPut)
	})
}

// amend does something with the message in the request's path, and answers
// {"id","revision"}.
func (h *Handler) amend(c *gin.Context, do func(context.Context, message.Ref) (message.Receipt, error)) {
	ref, err := h.messageRef(c)
	var receipt message.Receipt
	if err == nil {
		receipt, err = do(c.Request.Context(), ref)
	}
	if err != nil {
		h.fail(c, err)
		return
	}
	b := strconv.AppendInt([]byte(`{"id":`), receipt.ID, 10)
	b = strconv.AppendInt(append(b, `,"revision":`...), receipt.Revision, 10)
	c.Data(http.StatusOK, typeJSON+"; charset=utf-8", append(b, '}'))
}

// messageRef returns the message in the request's path. One that can't be is
// not asked for, but whether the room is there is: an id tells nothing of that.
func (h *Handler) messageRef(c *gin.Context) (message.Ref, error) {
	room, err := h.readableRoom(c)
	if err != nil {
		return message.Ref{}, err
	}
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id < 1 {
		id = 0 // no message's
	}
	return message.Ref{By: current(c).Session, Room: room, ID: id}, nil
}
