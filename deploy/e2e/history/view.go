package history

import "parley/core/chat"

// view is what a client has of a room, by id of message: the latest of each
// that came. It is whole above a position.
type view struct {
	from     chat.Position
	messages map[chat.Position]*Row
}

// put takes a version in, unless the client has a later one already.
func (v *view) put(row *Row) bool {
	if old := v.messages[row.ID]; old != nil && old.Revision >= row.Revision {
		return false
	}
	if v.messages == nil {
		v.messages = make(map[chat.Position]*Row)
	}
	v.messages[row.ID] = row
	return true
}

// whole says that all above a position comes, and that what came before means
// nothing any more: the client loads it anew.
func (v *view) whole(from chat.Position) { *v = view{from: from} }

// pages checks that the history API answers what is stored, to the byte.
func (c *checker) pages() {
	for name, page := range c.Pages {
		l := c.ledgers[name]
		if l == nil {
			continue
		}
		i := 0
		for _, row := range l.messages {
			switch {
			case i >= len(page):
				c.report(c.about(row, Lost, "position %d of %s is stored, and not in the history", row.ID, name))
			case page[i] != row.Data:
				c.report(c.about(row, Content, "position %d of %s is in the history as %.300s", row.ID, name, page[i]))
			}
			i++
		}
		if i < len(page) {
			c.report(violation(Phantom, 0, "the history of %s has %d messages, and %d are stored", name, len(page), i))
		}
	}
}

// viewed checks that what a client has of its rooms, over all its connections,
// is what the history API answers in the end: every message that changed since
// the client began, to the byte.
func (e *ear) viewed() {
	for name, log := range e.logs {
		l := e.ledgers[name]
		if l == nil || log.broken || log.out || !log.known || log.forged > 0 || e.client.Everything && !e.mine(name) {
			continue
		}
		for _, row := range l.messages {
			from := max(log.view.from, log.free)
			if row.Revision <= from {
				continue
			}
			switch seen := log.view.messages[row.ID]; {
			case seen == nil:
				e.report(e.at(e.place, -1, e.place.connection().Ended, Lost, "%s has nothing of message %d of %s, revision %d, and all after %d came", e.client.Name, row.ID, name, row.Revision, from))
				return
			case seen.Data != row.Data:
				e.report(e.at(e.place, -1, e.place.connection().Ended, Content, "%s has message %d of %s as %s, and a fresh load has %s", e.client.Name, row.ID, name, seen.Data, row.Data))
				return
			}
		}
	}
}
