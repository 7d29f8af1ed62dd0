package history

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"parley/core/chat"
)

// life is a message from its first version to its last.
type life struct {
	log      string
	id       chat.Position
	versions []*Row // in order of revision
	changes  []*Change
}

type which struct {
	log string
	id  chat.Position
}

// lives finds the versions of every message, and what was asked for with it.
func (c *checker) lives() {
	c.lived = make(map[which]*life)
	of := func(log string, id chat.Position) *life {
		at := which{log, id}
		if c.lived[at] == nil {
			c.lived[at] = &life{log: log, id: id}
		}
		return c.lived[at]
	}
	for name, l := range c.ledgers {
		for _, row := range l.held {
			if row.Key == "" {
				one := of(name, row.ID)
				one.versions = append(one.versions, row)
			}
		}
	}
	for i := range c.Changes {
		change := &c.Changes[i]
		one := of(change.Room, change.ID)
		one.changes = append(one.changes, change)
	}
	for _, one := range c.lived {
		slices.SortFunc(one.versions, func(a, b *Row) int { return int(a.Revision - b.Revision) })
		slices.SortFunc(one.changes, func(a, b *Change) int { return int(a.Sent - b.Sent) })
	}
}

// first returns the first version of a message, nil if it isn't there.
func (c *checker) first(row *Row) *Row {
	one := c.lived[which{row.Log, row.ID}]
	if one == nil || len(one.versions) == 0 || one.versions[0].Revision != row.ID {
		return nil
	}
	return one.versions[0]
}

// message returns what a version says. Of a spoilt one it is what can be read.
func (r *Row) message() *chat.Message {
	m := &chat.Message{}
	if err := json.Unmarshal([]byte(r.Data), m); err != nil {
		return &chat.Message{}
	}
	return m
}

// changed checks the changes of messages: each that was acknowledged was made,
// each version came about by what somebody asked for, and what is deleted stays
// so. Together: what was acknowledged is there in the end, or what undid it was
// asked for later, or at the same time.
func (c *checker) changed() {
	for _, one := range c.lived {
		if l := c.ledgers[one.log]; l != nil {
			for i := range one.changes {
				c.made(l, one, one.changes[i])
			}
			for i := 1; i < len(one.versions); i++ {
				c.explained(l, one, one.versions[i-1], one.versions[i])
			}
		}
	}
}

// made checks the answer to a change.
func (c *checker) made(l *ledger, one *life, change *Change) {
	switch {
	case change.Status == 0 || change.Status == 503:
	case change.Status == 409 && change.Aim != Delete && one.deletedBy(l, change.Answered):
	case !change.acknowledged():
		c.report(c.ofChange(one, change, Refused, "a good change of %d of %s was answered %d", one.id, one.log, change.Status))
	default:
		c.wasMade(l, one, change)
	}
}

// wasMade checks that the version that the answer names was the message's while
// the change was asked for, and is as wanted, unless it was undone at once.
func (c *checker) wasMade(l *ledger, one *life, change *Change) {
	i := slices.IndexFunc(one.versions, func(row *Row) bool { return row.Revision == change.Revision })
	switch {
	case i < 0:
		c.report(c.ofChange(one, change, Lost, "a change of %d of %s was acknowledged with revision %d, which it never had", one.id, one.log, change.Revision))
	case l.Times[change.Revision] > change.Answered+clocks, i+1 < len(one.versions) && l.Times[one.versions[i+1].Revision]+clocks < change.Sent:
		c.report(c.ofChange(one, change, Mistold, "a change of %d of %s was acknowledged with revision %d, which it did not have then", one.id, one.log, change.Revision))
	case !change.done(one.versions[i].message()) && !one.undone(change, l.Times[change.Revision]):
		c.report(c.ofChange(one, change, Lost, "a change of %d of %s was acknowledged, and revision %d is not so", one.id, one.log, change.Revision))
	}
}

// undone reports whether a change may have been undone by another that was
// stored with it: those share a revision.
func (o *life) undone(change *Change, made time.Duration) bool {
	return made+clocks >= change.Sent && slices.ContainsFunc(o.changes, func(other *Change) bool {
		return other.undoes(change) && other.possible(made)
	})
}

func (o *life) deletedBy(l *ledger, at time.Duration) bool {
	return slices.ContainsFunc(o.versions, func(row *Row) bool {
		return l.Times[row.Revision] <= at+clocks && row.message().Deleted
	})
}

// explained checks that one version of a message became the next by what
// somebody asked for.
func (c *checker) explained(l *ledger, one *life, before, after *Row) {
	was, is := before.message(), after.message()
	made := l.Times[after.Revision]
	if was.Username != is.Username || was.ClientID != is.ClientID || !was.CreatedAt.Equal(is.CreatedAt) || was.ReplyTo != is.ReplyTo || was.Thread != is.Thread {
		c.report(c.about(after, Content, "position %d of %s is, at revision %d, another message than before", one.id, one.log, after.Revision))
		return
	}
	by := func(aim Aim, with, person string) bool {
		return slices.ContainsFunc(one.changes, func(o *Change) bool {
			return (aim == "" || o.Aim == aim) && (with == "" || o.With == with) && (person == "" || o.By == person) && o.possible(made)
		})
	}
	for _, d := range differences(was, is) {
		if !d.never && by(d.aim, d.with, d.by) {
			continue
		}
		v := c.about(after, Phantom, "position %d of %s came to be, at revision %d, %s: nobody did that", one.id, one.log, after.Revision, d.what)
		v.At = made
		v.lines = append(v.lines, "before "+before.String())
		v.lines = append(v.lines, one.around(made)...)
		c.report(v)
	}
}

// difference between two versions of a message, and what may have made it.
type difference struct {
	what, with, by string
	aim            Aim
	never          bool
}

func differences(was, is *chat.Message) (all []difference) {
	if was.Deleted != is.Deleted {
		return []difference{{what: "deleted", aim: Delete, never: was.Deleted}}
	}
	switch {
	case was.Body != is.Body:
		all = append(all, difference{what: "another body", aim: Edit, with: is.Body, by: is.Username})
	case !was.EditedAt.Equal(is.EditedAt), was.HTML != is.HTML, !slices.Equal(was.Mentions, is.Mentions):
		all = append(all, difference{what: "edited", aim: Edit, by: is.Username})
	}
	switch {
	case was.PinnedAt.Equal(is.PinnedAt) && was.PinnedBy == is.PinnedBy:
	case is.PinnedAt.IsZero():
		all = append(all, difference{what: "no longer pinned", aim: Unpin})
	default:
		all = append(all, difference{what: "pinned", aim: Pin, by: is.PinnedBy})
	}
	all = append(all, reactions(is, was, React, "with a reaction")...)
	all = append(all, reactions(was, is, Unreact, "without a reaction")...)
	if len(all) == 0 { // what was done was undone, together
		all = append(all, difference{what: "the same as before"})
	}
	return all
}

// reactions returns those that a has, and b doesn't.
func reactions(a, b *chat.Message, aim Aim, what string) (all []difference) {
	for _, r := range a.Reactions {
		for _, person := range r.People {
			if !reacted(b, r.Emoji, person) {
				all = append(all, difference{what: what, with: r.Emoji, by: person, aim: aim})
			}
		}
	}
	return all
}

// ofChange tells of a change of a message.
func (c *checker) ofChange(one *life, change *Change, kind Class, format string, args ...any) Violation {
	v := violation(kind, change.Answered, format, args...)
	v.lines = append(v.lines, change.String())
	for _, row := range one.versions {
		if row.Revision == change.Revision {
			v.lines = append(v.lines, "stored "+row.Data)
		}
	}
	v.lines = append(v.lines, one.around(change.Answered)...)
	return v
}

// around returns what was asked for shortly before and after.
func (o *life) around(at time.Duration) (lines []string) {
	const most = 6
	for _, change := range o.changes {
		if change.Sent <= at+clocks && change.Answered >= at-aftermath {
			lines = append(lines, strings.TrimSpace(change.String()))
		}
	}
	return lines[max(len(lines)-most, 0):]
}
