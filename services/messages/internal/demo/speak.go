package demo

import (
	"context"
	"fmt"
	"math/rand/v2"

	"parley/core/chat"
	"parley/messages/internal/change"
	"parley/messages/internal/message"
)

// speak says in each room the last few things, and changes some of them, by the
// parts of the service: who looks on sees them come.
func (d *demo) speak(ctx context.Context, rooms []place, messages int) error {
	for i, n := range share(rooms, messages) {
		s, err := newScript(rooms[i])
		if err != nil {
			return err
		}
		s.next() // another conversation than the one that was written
		if err := d.speakIn(ctx, s, min(live, n)); err != nil {
			return fmt.Errorf("speak in %s: %w", rooms[i].name, err)
		}
	}
	return nil
}

func (d *demo) speakIn(ctx context.Context, s *script, n int) error {
	for said := 0; said < n; {
		ids := make([]chat.Position, 0, 8)
		for _, m := range s.next() {
			if said++; said > n {
				break
			}
			if place := m.message.ReplyTo; place > 0 {
				m.message.ReplyTo = ids[place-1]
			}
			if place := m.message.Thread; place > 0 {
				m.message.Thread = ids[place-1]
			}
			s.render(&m.message)
			receipt, err := d.committer.Post(ctx, change.Post{
				Room: m.message.Room, Username: m.message.Username, Body: m.message.Body, HTML: m.message.HTML, Mentions: m.message.Mentions,
				ReplyTo: m.message.ReplyTo, Thread: m.message.Thread,
			})
			if err != nil {
				return err
			}
			ids = append(ids, receipt.ID)
			if err := d.amend(ctx, s, &m, receipt.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// amend makes what becomes of a message.
func (d *demo) amend(ctx context.Context, s *script, m *said, id chat.Position) (err error) {
	ref := func(username string) message.Ref { return message.Ref{By: by(username), Room: m.message.Room, ID: id} }
	author := ref(m.message.Username)
	switch {
	case m.line.delete:
		_, err = d.amender.Delete(ctx, author)
		return err
	case m.line.edited != "":
		edited := chat.Message{Body: m.line.edited}
		s.render(&edited)
		if _, err = d.amender.Edit(ctx, author, message.Content{Body: edited.Body, HTML: edited.HTML, Mentions: edited.Mentions}); err != nil {
			return err
		}
	}
	for _, r := range s.reactions(m) {
		for _, who := range r.People {
			if _, err := d.amender.React(ctx, ref(who), r.Emoji, true); err != nil {
				return err
			}
		}
	}
	if m.line.pin {
		_, err = d.amender.Pin(ctx, author, true)
	}
	return err
}

// unread is how much people have not read, more or less.
var unread = []int64{0, 0, 0, 1, 4, 23}

// markRead lets everybody have read most of it.
func (d *demo) markRead(ctx context.Context, rooms []place) error {
	dice := rand.New(rand.NewPCG(5, 5)) //nolint:gosec // the same every time
	for _, p := range rooms {
		var head chat.Position
		if err := d.pool.QueryRow(ctx, `SELECT head FROM rooms WHERE name = $1`, p.name).Scan(&head); err != nil {
			return fmt.Errorf("read head: %w", err)
		}
		for _, username := range p.members {
			upto := max(head-unread[dice.IntN(len(unread))], 0)
			if err := d.committer.Read(ctx, change.Read{Room: p.name, Username: username, Upto: upto}); err != nil {
				return fmt.Errorf("mark %s read: %w", p.name, err)
			}
		}
	}
	return nil
}
