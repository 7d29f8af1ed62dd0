package message

import (
	"context"
	"slices"

	"parley/core/chat"
)

// React adds a person's reaction to a message, or takes it back; whoever is in
// the room may. Again it changes nothing. The emoji has to be a valid one in
// its canonical form. Errors: [ErrDeleted], [ErrTooManyReactions], and those of
// every change.
func (a *Amender) React(ctx context.Context, ref Ref, emoji string, reacted bool) (Receipt, error) {
	return a.do(ctx, ref, act{change: func(d *draft) (bool, error) {
		if d.Deleted {
			if !reacted {
				return false, nil
			}
			return false, ErrDeleted
		}
		if reacted {
			return d.react(emoji)
		}
		return d.unreact(emoji), nil
	}})
}

func (d *draft) react(emoji string) (bool, error) {
	i := slices.IndexFunc(d.Reactions, func(r chat.Reaction) bool { return r.Emoji == emoji })
	switch {
	case i < 0 && len(d.Reactions) >= chat.MaxReactions:
		return false, ErrTooManyReactions
	case i < 0:
		d.Reactions = append(d.Reactions, chat.Reaction{Emoji: emoji, People: []string{d.by}})
		return true, nil
	case slices.Contains(d.Reactions[i].People, d.by):
		return false, nil
	}
	d.Reactions[i].People = append(d.Reactions[i].People, d.by)
	return true, nil
}

func (d *draft) unreact(emoji string) bool {
	i := slices.IndexFunc(d.Reactions, func(r chat.Reaction) bool { return r.Emoji == emoji })
	if i < 0 {
		return false
	}
	people := d.Reactions[i].People
	at := slices.Index(people, d.by)
	if at < 0 {
		return false
	}
	if d.Reactions[i].People = slices.Delete(people, at, at+1); len(d.Reactions[i].People) == 0 {
		d.Reactions = slices.Delete(d.Reactions, i, i+1)
	}
	return true
}
