package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"parley/core/chat"
)

// Receipt is a message's position after a change.
type Receipt struct{ ID, Revision chat.Position }

// MessagePath returns the address of a message.
func MessagePath(room string, id chat.Position) string {
	return "/chat/" + room + "/messages/" + strconv.FormatInt(id, 10)
}

// ReactionPath returns the address of everybody's reactions to a message with
// one emoji.
func ReactionPath(room string, id chat.Position, emoji string) string {
	return MessagePath(room, id) + "/reactions/" + url.PathEscape(emoji)
}

// Reply sends a message that answers another, and is in a thread; 0 for none.
func (u *User) Reply(ctx context.Context, room, body string, to, thread chat.Position) (chat.Position, error) {
	message := map[string]any{"body": body}
	if to != 0 {
		message["reply_to"] = to
	}
	if thread != 0 {
		message["thread"] = thread
	}
	receipt, err := u.receipt(ctx, http.StatusCreated, http.MethodPost, "/chat/"+room+"/messages", message)
	return receipt.ID, err
}

// Edit replaces the body of a message.
func (u *User) Edit(ctx context.Context, room string, id chat.Position, body string) (Receipt, error) {
	return u.receipt(ctx, http.StatusOK, http.MethodPatch, MessagePath(room, id), map[string]string{"body": body})
}

// Delete deletes a message.
func (u *User) Delete(ctx context.Context, room string, id chat.Position) (Receipt, error) {
	return u.receipt(ctx, http.StatusOK, http.MethodDelete, MessagePath(room, id), nil)
}

// React adds the user's reaction to a message, or takes it back.
func (u *User) React(ctx context.Context, room string, id chat.Position, emoji string, reacted bool) (Receipt, error) {
	return u.receipt(ctx, http.StatusOK, putOrDelete(reacted), ReactionPath(room, id, emoji), nil)
}

// Pin pins a message, or unpins it.
func (u *User) Pin(ctx context.Context, room string, id chat.Position, pinned bool) (Receipt, error) {
	return u.receipt(ctx, http.StatusOK, putOrDelete(pinned), MessagePath(room, id)+"/pin", nil)
}

func putOrDelete(put bool) string {
	if put {
		return http.MethodPut
	}
	return http.MethodDelete
}

// receipt carries a change out, which has to be answered with status.
func (u *User) receipt(ctx context.Context, status int, method, path string, value any) (Receipt, error) {
	answer, err := u.Do(ctx, method, path, value)
	if err != nil {
		return Receipt{}, err
	}
	if answer.Status != status {
		return Receipt{}, fmt.Errorf("%s %s: %s", method, path, answer)
	}
	var receipt Receipt
	if err := json.Unmarshal(answer.Body, &receipt); err != nil {
		return Receipt{}, fmt.Errorf("%s %s: read answer: %w", method, path, err)
	}
	return receipt, nil
}
