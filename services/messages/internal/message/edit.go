package message

import (
	"context"
	"time"

	"parley/core/chat"
)

// Content is what a message says.
type Content struct {
	Body     string
	HTML     string // the body rendered; "" for plain text
	Mentions []string
}

// Edit replaces what a message says. Its author may; the same body again
// changes nothing. Errors: [ErrNotYours], [ErrDeleted], and those of every
// change.
func (a *Amender) Edit(ctx context.Context, ref Ref, content Content) (Receipt, error) {
	return a.do(ctx, ref, act{change: func(d *draft) (bool, error) {
		switch {
		case d.Username != d.by:
			return false, ErrNotYours
		case d.Deleted:
			return false, ErrDeleted
		case d.Body == content.Body:
			return false, nil
		}
		d.bodies = append(d.bodies, d.Body)
		d.Body, d.HTML, d.Mentions, d.EditedAt = content.Body, content.HTML, content.Mentions, d.state.now
		return true, nil
	}})
}

// Delete takes back what a message says, and what was added to it; its place
// remains. Its author may, and who moderates the room, which the audit notes.
// Again it changes nothing. Errors: [ErrNotYours], and those of every change.
func (a *Amender) Delete(ctx context.Context, ref Ref) (Receipt, error) {
	return a.do(ctx, ref, act{moderation: true, change: func(d *draft) (bool, error) {
		foreign := d.Username != d.by
		switch {
		case foreign && !d.grant.Moderates():
			return false, ErrNotYours
		case d.Deleted:
			return false, nil
		}
		if foreign {
			d.acts = append(d.acts, audited{d.by, "message.delete"})
		}
		d.bodies = append(d.bodies, d.Body)
		if !d.PinnedAt.IsZero() {
			d.state.pins--
		}
		m := d.Message
		d.Message = chat.Message{
			ID: m.ID, Revision: m.Revision, Room: m.Room, Username: m.Username, CreatedAt: m.CreatedAt, ClientID: m.ClientID,
			EditedAt: m.EditedAt, Deleted: true, ReplyTo: m.ReplyTo, Thread: m.Thread,
		}
		return true, nil
	}})
}

// Pin pins a message to its room, or unpins it; whoever is in the room may.
// Again it changes nothing. Errors: [ErrDeleted], [ErrTooManyPins], and those
// of every change.
func (a *Amender) Pin(ctx context.Context, ref Ref, pinned bool) (Receipt, error) {
	return a.do(ctx, ref, act{change: func(d *draft) (bool, error) {
		switch {
		case pinned == !d.PinnedAt.IsZero():
			return false, nil
		case !pinned:
			d.PinnedAt, d.PinnedBy = time.Time{}, ""
			d.state.pins--
			return true, nil
		case d.Deleted:
			return false, ErrDeleted
		case d.state.pins >= chat.MaxPins:
			return false, ErrTooManyPins
		}
		d.PinnedAt, d.PinnedBy = d.state.now, d.by
		d.state.pins++
		return true, nil
	}})
}
