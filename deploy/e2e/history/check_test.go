package history

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestNothingAgainstAGoodHistory(t *testing.T) {
	t.Parallel()
	for _, v := range Check(example().history()) {
		t.Error(v)
	}
}

// Each row breaks the same good history in one way. The checker must say so,
// once, in the words that name what happened.
func TestBrokenHistories(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		spoil func(*History)
		kind  Class
		text  string // in the account
	}{
		{"acknowledged but missing", func(h *History) { unstore(h, "last") }, Lost, "acknowledged, and is not stored"},
		{"acknowledged for another position", func(h *History) { attempt(h, "hot 2").ID = 2 }, Lost, "stored as 3"},
		{"hole", func(h *History) { hole(h) }, Hole, "position 10 after 8"},
		{"head ahead of the rows", func(h *History) { setHead(h, "calm", 6) }, Hole, "its head is 6"},
		{"stored by nobody", func(h *History) { unpost(h, "unanswered") }, Phantom, "posted by nobody"},
		{"client_id ignored", func(h *History) { row := *stored(h, "last"); row.Body = "asked again"; replace(h, "last", row) }, StoredTwice, "stored at 6 and at 9"},
		{"client_id answered as new twice", func(h *History) { h.Posts[len(h.Posts)-4].Status = 201; h.Posts[len(h.Posts)-3].Status = 201 }, StoredTwice, "all answered 201"},
		{"wrong author stored", func(h *History) { row := *stored(h, "hot 2"); row.Username = "bob"; replace(h, "hot 2", row) }, Content, "by bob"},
		{"real-time order", func(h *History) { late := attempt(h, "hot 4"); late.Sent = 0; late.Answered = 1 }, Reordered, "had been acknowledged"},
		{"a good post refused", func(h *History) { attempt(h, "gone").Status = 422 }, Refused, "answered 422"},
		{"an error without a name", func(h *History) { attempt(h, "gone").Status = 502 }, Refused, "answered 502"},
		{"a stream refused", func(h *History) { h.Clients[0].Connections[1].Status = 401 }, Refused, "answered 401"},
		{"lost live", func(h *History) { drop(connection(h, 0), 1) }, Lost, "position 2 of hot never came: after 1 came 3"},
		{"lost at the seam", func(h *History) { drop(connection(h, 2), 0) }, Lost, "position 6 of hot never came"},
		{"lost at the end", func(h *History) { c := connection(h, -1); c.Events = nil }, Lost, "never came to the head of hot, 9: it stands at 8"},
		{"twice", func(h *History) { c := connection(h, 0); c.Events = slices.Insert(c.Events, 3, c.Events[1]) }, Twice, "position 2 of hot came again"},
		{"twice over a reconnect", func(h *History) {
			c := connection(h, 2)
			c.Events = slices.Insert(c.Events, 0, connection(h, 1).Events[1])
		}, Twice, "came again"},
		{"reordered", func(h *History) { e := connection(h, 0).Events; e[1], e[2] = e[2], e[1] }, Reordered, "position 3 of hot came before 2"},
		{"phantom", func(h *History) { phantom(h) }, Phantom, "position 10 of hot was delivered, and is not stored"},
		{"wrong body", func(h *History) { connection(h, 0).Events[1].Row.Body = "hot 4" }, Content, "delivered as"},
		{"wrong time", func(h *History) { connection(h, 0).Events[1].Row.CreatedAt++ }, Content, "delivered as"},
		{"wrong id on the frame", func(h *History) { connection(h, 0).Events[1].Row.Revision = 9 }, Content, "the frame of position 2"},
		{"ready too early", func(h *History) { e := connection(h, -1).Events; e[0], e[1] = e[1], e[0] }, Mistold, "ready says 9"},
		{"ready twice", func(h *History) { c := connection(h, -1); c.Events = append(c.Events, c.Events[1]) }, Mistold, "ready says"},
		{"reset of a client that can be served", func(h *History) { reset(connection(h, -1), 9) }, Lost, "which can be served"},
		{"an event nobody knows", func(h *History) { connection(h, 0).Events[0].Kind = Odd }, Mistold, "nobody asked for"},
		{"an event of another room", func(h *History) { connection(h, -1).Events[0].Log = "calm" }, Mistold, "nobody asked for"},
		{"a client that asks for something else", func(h *History) { h.Clients[0].Connections[1].Cursors[0].After = 1 }, Mistold, "asked for what follows 1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h := example().history()
			row.spoil(h)
			found := Check(h)
			if !slices.ContainsFunc(found, func(v Violation) bool { return v.Kind == row.kind && strings.Contains(v.String(), row.text) }) {
				t.Errorf("found %v, want %q with %q", found, row.kind, row.text)
			}
		})
	}
}

func TestResetIsForThoseTooFarBehind(t *testing.T) {
	t.Parallel()
	s := simulate("hot")
	for range 150 {
		s.post("hot", s.tick().String(), "", 201)
	}
	for _, row := range []struct {
		from int64
		want int
	}{{10, 0}, {49, 0}, {50, 1}, {149, 1}} {
		h := s.history()
		h.Clients = []*Client{{Name: "bob", Connections: []*Connection{{
			Status: 200, Cursors: []Cursor{{"hot", row.from}},
			Events: []Event{{Kind: Reset, Log: "hot", Position: 150}, {Kind: Ready, Log: "hot", Position: 150}},
		}}}}
		if found := Check(h); len(found) != row.want {
			t.Errorf("reset from %d: %v", row.from, found)
		}
	}
}

func TestClientThatBeginsAtTheHead(t *testing.T) {
	t.Parallel()
	s := simulate("hot")
	s.post("hot", "before", "", 201)
	s.post("hot", "after", "", 201)
	h := s.history()
	row := *h.Logs["hot"].Rows[1]
	c := &Connection{Status: 200, Cursors: []Cursor{{"hot", Head}}, Events: []Event{
		{Kind: Ready, Log: "hot", Position: 1}, {Kind: Said, Log: "hot", Position: 2, Row: &row},
	}}
	h.Clients = []*Client{{Name: "bob", Connections: []*Connection{{Cursors: c.Cursors}, c}}}
	if found := Check(h); len(found) != 0 {
		t.Error(found)
	}
	c.Events[0], c.Events[1] = c.Events[1], Event{Kind: Ready, Log: "hot", Position: 2} // said since it asked
	if found := Check(h); len(found) != 0 {
		t.Error(found)
	}
	c.Events[1].Position = 1
	if found := Check(h); len(found) == 0 {
		t.Error("a ready behind the messages was let pass")
	}
}

func TestAccountIsSmallAndNamesTheFault(t *testing.T) {
	t.Parallel()
	h := example().history()
	drop(connection(h, 0), 1)
	h.Faults = []Fault{{Name: "redis killed", From: time.Second, To: time.Minute}, {Name: "nginx reloaded", From: time.Hour, To: time.Hour}}
	account := Check(h)[0].String()
	for _, want := range []string{"lost, at ", "bob, connection 1, after hot:0,calm:0", "hot 3 ", "stored hot 3", "fault redis killed"} {
		if !strings.Contains(account, want) {
			t.Errorf("account lacks %q:\n%s", want, account)
		}
	}
	if lines := strings.Count(account, "\n"); lines > 10 || strings.Contains(account, "nginx") {
		t.Errorf("account says too much:\n%s", account)
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	s := example().history().Summarize()
	want := "20 posts (14 acknowledged, 4 unanswered), 14 stored, 23 deliveries over 6 connections, 0 resets, 0 changes, 0 moves, 0 faults, 0 violations; live: median 0s, slowest 0s"
	if s.String() != want {
		t.Errorf("summary %q, want %q", s, want)
	}
}

func TestRecorderKeepsOneOfEach(t *testing.T) {
	t.Parallel()
	r := NewRecorder()
	r.Post(Post{Room: "hot", Body: "a", Status: 201, ID: 1, Sent: r.Now(), Answered: r.Now()})
	r.Fault(Fault{Name: "redis killed"})
	one, two := r.Row("hot", eventMessage("a"), "a"), r.Row("hot", eventMessage("a"), "a")
	if one != two || one == r.Row("hot", eventMessage("b"), "a") || one == r.Row("hot", eventMessage("a"), "b") {
		t.Error("messages are not recorded once each")
	}
	client := r.Client("bob")
	h := r.History(map[string]Log{"hot": {}}, 5, 0)
	if len(h.Posts) != 1 || len(h.Faults) != 1 || len(h.Clients) != 1 || h.Clients[0] != client || h.ReplayLimit != 5 {
		t.Errorf("history %+v", h)
	}
}
