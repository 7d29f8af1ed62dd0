package handler

import (
	"context"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/markup"
	"parley/messages/internal/change"
	"parley/messages/internal/message"
)

// compose fills in what follows from a post's body, and finds out whether what
// it answers is there. Most posts are plain text, and nothing is asked for them.
// Errors: [history.ErrNotFound], errReplyInvalid, errThreadInvalid.
func (h *Handler) compose(ctx context.Context, p *change.Post) error {
	if err := h.checkAnswered(ctx, p); err != nil {
		return err
	}
	content, err := h.content(ctx, p.Room, p.Body)
	p.HTML, p.Mentions = content.HTML, content.Mentions
	return err
}

// checkAnswered makes sure that the message that a post answers, and the root of
// its thread, are in the room. Messages never go, so it stays true.
func (h *Handler) checkAnswered(ctx context.Context, p *change.Post) error {
	if p.ReplyTo == 0 && p.Thread == 0 {
		return nil
	}
	if _, err := h.Grants.Find(ctx, access.Key{Username: p.Username, Room: p.Room}); err != nil {
		return err
	}
	found, err := h.History.Some(ctx, p.Room, []chat.Position{p.ReplyTo, p.Thread})
	if err != nil {
		return err
	}
	known := make(map[chat.Position]chat.Message, len(found))
	for _, m := range found {
		known[m.ID] = m
	}
	if _, ok := known[p.ReplyTo]; p.ReplyTo != 0 && !ok {
		return errReplyInvalid
	}
	if root, ok := known[p.Thread]; p.Thread != 0 && (!ok || root.Thread != 0) {
		return errThreadInvalid
	}
	return nil
}

// content returns a body with what follows from it: whom it mentions of those
// who may read the room, and how it looks.
func (h *Handler) content(ctx context.Context, room, body string) (message.Content, error) {
	content := message.Content{Body: body}
	names := markup.Mentions(body)
	if len(names) > 0 {
		var err error
		if content.Mentions, err = h.mentionable(ctx, room, names); err != nil {
			return content, err
		}
	}
	content.HTML = markup.Render(body, content.Mentions)
	return content, nil
}

// mentionable returns those of names that may read a room, and those of groups.
func (h *Handler) mentionable(ctx context.Context, room string, names []string) (mentions []string, err error) {
	for _, name := range names {
		switch name {
		case chat.MentionRoom, chat.MentionHere:
			mentions = append(mentions, name)
			continue
		}
		_, err := h.Grants.Find(ctx, access.Key{Username: name, Room: room})
		switch {
		case err == nil:
			mentions = append(mentions, name)
		case !isGone(err):
			return nil, err
		}
	}
	return mentions, nil
}
