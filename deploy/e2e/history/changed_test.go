package history

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core/chat"
)

// changing is a history in which messages are changed, while bob is there, and
// cyd comes later. Of "one" the versions are
//
//	1 as posted, 4 edited, 5 and 6 with reactions, 7 pinned, 9 with one reaction, 11 unpinned
//
// and "two" is 2, edited at 8, and deleted at 10.
func changing() *simulation {
	s := simulate("hot")
	s.client("bob").Connections = []*Connection{{Cursors: []Cursor{{"hot", 0}}, Status: 200}}
	s.at["bob"]["hot"], s.live["bob"] = 0, s.known["bob"].Connections[0]
	s.mark("bob", "hot")
	s.post("hot", "one", "", 201)
	s.post("hot", "two", "id", 0, 200)
	s.post("hot", "three", "", 201)
	rows := s.logs["hot"].Rows
	one, two := rows[0], rows[1]
	s.amend("ada", one, Edit, "uno", 0, 503, 200)
	s.amend("zoe", one, React, "👍", 200)
	s.amend("ada", one, React, "🎉", 0)
	s.amend("zoe", one, Pin, "", 200, 200)
	s.connect("cyd", -1, "hot")
	s.amend("ada", two, Edit, "due", 200)
	s.amend("zoe", one, Unreact, "👍", 503, 200)
	s.amend("mod", two, Delete, "", 200, 200)
	s.amend("zoe", two, React, "👍", 409)
	s.amend("ada", one, Unpin, "", 200)
	s.cut("bob")
	s.connect("cyd", -1, "hot")
	return s
}

func TestNothingAgainstChanging(t *testing.T) {
	t.Parallel()
	h := changing().history()
	for _, v := range Check(h) {
		t.Error(v)
	}
	if got := positions(h, "bob"); !slices.Equal(got, []chat.Position{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}) {
		t.Errorf("bob got %v", got)
	}
	if h.Summarize().Changes != len(h.Changes) {
		t.Error("changes are not counted")
	}
}

// asked returns the first change with an aim that was acknowledged.
func asked(h *History, aim Aim) *Change {
	for i := range h.Changes {
		if h.Changes[i].Aim == aim && h.Changes[i].acknowledged() {
			return &h.Changes[i]
		}
	}
	return nil
}

// rewrite has the version at a position say something else, in the log, in all
// that was seen, and in the history: as if the server had done so.
func rewrite(h *History, at chat.Position, change func(*chat.Message)) {
	for _, row := range h.versions("hot") {
		if row.Revision != at {
			continue
		}
		m := row.message()
		change(m)
		old := row.Data
		*row = RowOf("hot", m)
		if i := slices.Index(h.Pages["hot"], old); i >= 0 {
			h.Pages["hot"][i] = row.Data
		}
		for _, client := range h.Clients {
			for _, c := range client.Connections {
				resay(c, row)
			}
		}
	}
}

func resay(c *Connection, row *Row) {
	for i := range c.Events {
		if e := &c.Events[i]; e.Kind == Said && e.Position == row.Revision {
			e.Row = row
		}
	}
}

func TestBrokenChanging(t *testing.T) {
	t.Parallel()
	bob := func(h *History) *Connection { return h.Clients[0].Connections[0] }
	for _, row := range []struct {
		name  string
		spoil func(*History)
		kind  Class
		text  string
	}{
		{"an edit left out of a stream", func(h *History) { drop(bob(h), 8) }, Lost, "position 8 of hot never came"},
		{"the last change left out of a stream", func(h *History) { drop(bob(h), 11) }, Lost, "never came to the head"},
		{"a reaction acknowledged, and not stored", func(h *History) {
			for _, at := range []chat.Position{5, 6, 7} {
				rewrite(h, at, func(m *chat.Message) {
					m.Reactions = slices.DeleteFunc(m.Reactions, func(r chat.Reaction) bool { return r.Emoji == "👍" })
				})
			}
		}, Lost, "revision 5 is not so"},
		{"an edit acknowledged, and lost by a later change", func(h *History) {
			rewrite(h, 7, func(m *chat.Message) { m.Body = "one" })
		}, Phantom, "another body: nobody did that"},
		{"a reaction that comes back", func(h *History) {
			rewrite(h, 11, func(m *chat.Message) {
				m.Reactions = append(m.Reactions, chat.Reaction{Emoji: "👍", People: []string{"zoe"}})
			})
		}, Phantom, "with a reaction: nobody did that"},
		{"a reaction of somebody else", func(h *History) { asked(h, React).By = "mallory" }, Lost, "revision 5 is not so"},
		{"a pin that is lost", func(h *History) { rewrite(h, 9, func(m *chat.Message) { m.PinnedAt, m.PinnedBy = time.Time{}, "" }) }, Phantom, "no longer pinned"},
		{"pinned by another", func(h *History) { rewrite(h, 7, func(m *chat.Message) { m.PinnedBy = "mallory" }) }, Phantom, "pinned: nobody did that"},
		{"edited by nobody", func(h *History) {
			h.Changes = slices.DeleteFunc(h.Changes, func(c Change) bool { return c.Aim == Edit })
		}, Phantom, "another body"},
		{"what nobody edited says so", func(h *History) {
			h.Changes = slices.DeleteFunc(h.Changes, func(c Change) bool { return c.Aim == Edit && c.Status != 200 })
			rewrite(h, 5, func(m *chat.Message) { m.EditedAt = m.EditedAt.Add(time.Second) })
		}, Phantom, "edited: nobody did that"},
		{"deleted, and comes back", func(h *History) {
			rewrite(h, 10, func(m *chat.Message) { m.Deleted, m.Body = false, "due" })
			rewrite(h, 8, func(m *chat.Message) { m.Deleted, m.Body = true, "" })
		}, Phantom, "deleted: nobody did that"},
		{"another author after an edit", func(h *History) { rewrite(h, 8, func(m *chat.Message) { m.Username = "bob" }) }, Content, "another message than before"},
		{"an answer with a revision that is none", func(h *History) { asked(h, Pin).Revision = 3 }, Lost, "which it never had"},
		{"an answer with a revision from before", func(h *History) { asked(h, Unpin).Revision = 4 }, Mistold, "did not have then"},
		{"an answer with a revision from later", func(h *History) { asked(h, Edit).Revision = 11 }, Mistold, "did not have then"},
		{"a good change refused", func(h *History) { asked(h, Pin).Status = 403 }, Refused, "answered 403"},
		{"deleted, it says, and it is not", func(h *History) { asked(h, Unpin).Status = 409 }, Refused, "answered 409"},
		{"a body that is not kept", func(h *History) { h.Kept = h.Kept[1:] }, Lost, "is not kept"},
		{"a body that is kept under another position", func(h *History) { h.Kept[0].Revision++ }, Phantom, "is said to have been"},
		{"the history lacks a message", func(h *History) { h.Pages["hot"] = h.Pages["hot"][:2] }, Lost, "not in the history"},
		{"the history has an older version", func(h *History) {
			h.Pages["hot"][0] = strings.Replace(h.Pages["hot"][0], "🎉", "👍", 1)
		}, Content, "is in the history as"},
		{"the history has a message too many", func(h *History) { h.Pages["hot"] = append(h.Pages["hot"], "{}") }, Phantom, "has 4 messages"},
		{"a frame that differs in a byte", func(h *History) { bob(h).Events[5].Row.Data += " " }, Content, "delivered as"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h := changing().history()
			row.spoil(h)
			found := Check(h)
			if !slices.ContainsFunc(found, func(v Violation) bool { return v.Kind == row.kind && strings.Contains(v.String(), row.text) }) {
				t.Errorf("found %v, want %q with %q", found, row.kind, row.text)
			}
		})
	}
}

// Changes that were stored together share a revision, and may have undone each
// other; which of two that crossed came last nobody can know.
func TestChangesThatWereUndoneAtOnce(t *testing.T) {
	t.Parallel()
	h := changing().history()
	pinned := *asked(h, Pin)
	together := Change{By: "zoe", Room: "hot", ID: 1, Aim: React, With: "🚀", Sent: pinned.Sent, Answered: pinned.Answered, Status: 200, Revision: pinned.Revision}
	h.Changes = append(h.Changes, together)
	if found := Check(h); len(found) != 1 || found[0].Kind != Lost {
		t.Errorf("a reaction that never was: %v", found)
	}
	together.Aim = Unreact
	h.Changes = append(h.Changes, together)
	if found := Check(h); len(found) != 0 {
		t.Errorf("undone at once: %v", found)
	}
	last := &h.Changes[len(h.Changes)-1]
	last.Sent, last.Answered = last.Answered+time.Second, last.Answered+2*time.Second
	if found := Check(h); len(found) == 0 {
		t.Error("undone by what was asked for later only")
	}
	last.Sent, last.Status = 0, 0
	if found := Check(h); len(found) != 0 {
		t.Errorf("undone by what got no answer: %v", found)
	}
}
