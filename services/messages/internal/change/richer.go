package change

import (
	"strings"
	"time"

	"parley/core/chat"
)

// richer are columns of what few posts have. One that no post has is nil.
type richer struct {
	html, mentions  []*string // mentions separated by commas
	replyTo, thread []*int64
}

// add sets what a post has, which is the i-th of n.
func (r *richer) add(i, n int, post *Post) {
	if post.HTML != "" {
		set(&r.html, i, n, post.HTML)
	}
	if len(post.Mentions) > 0 {
		set(&r.mentions, i, n, strings.Join(post.Mentions, ","))
	}
	if post.ReplyTo != 0 {
		set(&r.replyTo, i, n, post.ReplyTo)
	}
	if post.Thread != 0 {
		set(&r.thread, i, n, post.Thread)
	}
}

// set sets a value of a column of n, which may be nil yet.
func set[T any](column *[]*T, i, n int, value T) {
	if *column == nil {
		*column = make([]*T, n)
	}
	(*column)[i] = &value
}

// message returns the post as the message that it has become.
func (p *Post) message(id chat.Position, at time.Time) chat.Message {
	return chat.Message{
		ID: id, Revision: id, Room: p.Room, Username: p.Username, Body: p.Body, CreatedAt: at, ClientID: p.ClientID,
		HTML: p.HTML, ReplyTo: p.ReplyTo, Thread: p.Thread, Mentions: p.Mentions,
	}
}
