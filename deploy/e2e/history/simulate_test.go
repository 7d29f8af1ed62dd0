package history

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"parley/core/chat"
	"parley/core/wire"
)

// simulation is a Parley that keeps every promise, in memory: what the checker
// must have nothing against. Time passes by a second a step, more than clocks
// may differ by.
type simulation struct {
	now   time.Duration
	logs  map[string]Log
	posts []Post
	acts  []Act
	asked []Change
	kept  []Body
	known map[string]*Client
	at    map[string]map[string]int64 // of a client, in a log
	live  map[string]*Connection      // of a client that listens
}

func simulate(rooms ...string) *simulation {
	s := &simulation{
		logs: make(map[string]Log), known: make(map[string]*Client),
		at: make(map[string]map[string]int64), live: make(map[string]*Connection),
	}
	for _, room := range rooms {
		s.logs[room] = Log{}
	}
	return s
}

func (s *simulation) tick() time.Duration {
	s.now += time.Second
	return s.now
}

// change gives row the next position of its log; the version before of the
// same thing is superseded.
func (s *simulation) change(row *Row) {
	log := s.logs[row.Log]
	log.Head++
	row.Revision = log.Head
	log.Rows = slices.DeleteFunc(slices.Clone(log.Rows), func(old *Row) bool {
		if old.same(row) {
			log.Past = append(log.Past, old)
		}
		return old.same(row)
	})
	log.Rows = append(log.Rows, row)
	log.Times = maps.Clone(log.Times)
	if log.Times == nil {
		log.Times = make(map[chat.Position]time.Duration)
	}
	log.Times[row.Revision] = s.tick()
	s.logs[row.Log] = log
	for _, name := range slices.Sorted(maps.Keys(s.live)) {
		if _, carried := s.at[name][row.Log]; carried {
			s.hand(name, row)
		}
	}
}

// post stores a message; with answers of 0 it is stored but never answered,
// and each answer is an attempt.
func (s *simulation) post(room, body, clientID string, answers ...int) {
	m := chat.Message{Room: room, Username: "ada", Body: body, ClientID: clientID}
	for _, status := range answers {
		p := Post{Room: room, Username: "ada", Body: body, ClientID: clientID, Sent: s.tick(), Status: status}
		if m.ID == 0 && status != 503 {
			m.ID, m.CreatedAt = s.logs[room].Head+1, time.UnixMicro(int64(s.now))
			s.say(m)
		}
		if p.Answered = s.tick(); p.acknowledged() {
			p.ID = m.ID
		}
		s.posts = append(s.posts, p)
	}
}

// say makes the next version of a message.
func (s *simulation) say(m chat.Message) chat.Position {
	m.Revision = s.logs[m.Room].Head + 1
	row := RowOf(wire.RoomTopic(m.Room), &m)
	s.change(&row)
	return m.Revision
}

// touch makes a new version of a message.
func (s *simulation) touch(m *Row) {
	aim := React
	if reacted(m.message(), "👍", "zoe") {
		aim = Unreact
	}
	s.amend("zoe", m, aim, "👍", 200)
}

// amend changes a message; each answer is an attempt, 0 an answer that got
// lost. What can't be is answered 409.
func (s *simulation) amend(by string, row *Row, aim Aim, with string, answers ...int) {
	for _, status := range answers {
		c := Change{By: by, Room: row.Log, ID: row.ID, Aim: aim, With: with, Sent: s.tick(), Status: status}
		m := *s.latest(row).message()
		c.Revision = m.Revision
		switch {
		case m.Deleted && aim != Delete && !c.done(&m):
			c.Status, c.Revision = 409, 0
		case status != 503 && !c.done(&m):
			s.apply(&m, &c)
			c.Revision = s.say(m)
		}
		c.Answered = s.tick()
		s.asked = append(s.asked, c)
	}
}

func (s *simulation) latest(row *Row) *Row {
	rows := s.logs[row.Log].Rows
	return rows[slices.IndexFunc(rows, row.same)]
}

func (s *simulation) apply(m *chat.Message, c *Change) {
	switch c.Aim {
	case Edit:
		s.kept = append(s.kept, Body{m.Room, m.ID, m.Revision, m.Body})
		m.Body, m.EditedAt = c.With, time.UnixMicro(int64(s.now))
	case Delete:
		s.kept = append(s.kept, Body{m.Room, m.ID, m.Revision, m.Body})
		*m = chat.Message{ID: m.ID, Room: m.Room, Username: m.Username, CreatedAt: m.CreatedAt, ClientID: m.ClientID, EditedAt: m.EditedAt, Deleted: true}
	case React:
		m.Reactions = append(m.Reactions, chat.Reaction{Emoji: c.With, People: []string{c.By}}) // of one person each
	case Unreact:
		m.Reactions = slices.DeleteFunc(m.Reactions, func(r chat.Reaction) bool { return r.Emoji == c.With && r.People[0] == c.By })
	case Pin:
		m.PinnedAt, m.PinnedBy = time.UnixMicro(int64(s.now)), c.By
	case Unpin:
		m.PinnedAt, m.PinnedBy = time.Time{}, ""
	}
}

// retitle changes the room itself.
func (s *simulation) retitle(room, title string) {
	s.change(&Row{Log: room, Key: roomKey, Data: title})
}

// move adds somebody to a room or removes them; a status of 0 is an answer
// that got lost.
func (s *simulation) move(person, room string, member bool, status int) {
	a := Act{By: "mod", Person: person, Room: room, Member: member, Sent: s.tick(), Status: status}
	row := &Row{Log: "@" + person, Key: membershipKey + room, Member: member, Joined: s.logs[room].Head}
	if !slices.ContainsFunc(s.logs[row.Log].Rows, func(old *Row) bool { return old.same(row) && old.Member == member }) {
		s.change(row) // to repeat it changes nothing
	}
	a.Answered = s.tick()
	s.acts = append(s.acts, a)
}

// connect lets a client listen from where it is, up to most rows a log; -1 is
// all. A new one begins at 0.
func (s *simulation) connect(client string, most int, logs ...string) {
	c := s.client(client)
	connection := &Connection{Opened: s.tick(), Status: 200, End: "cut"}
	for _, log := range logs {
		connection.Cursors = append(connection.Cursors, Cursor{log, s.at[client][log]})
	}
	c.Connections = append(c.Connections, connection)
	for _, log := range logs {
		s.deliver(client, log, most)
	}
	connection.Ended = s.tick()
}

func (s *simulation) client(name string) *Client {
	if s.known[name] == nil {
		s.known[name], s.at[name] = &Client{Name: name}, make(map[string]int64)
	}
	return s.known[name]
}

// listen opens everything of a person's, which stays open until it is cut. It
// goes on where the client was; in rooms that it doesn't know it begins at the head.
func (s *simulation) listen(name, person string) {
	c := s.client(name)
	c.Person, c.Everything = person, true
	connection := &Connection{Opened: s.tick(), Status: 200}
	for _, log := range slices.Sorted(maps.Keys(s.at[name])) {
		connection.Cursors = append(connection.Cursors, Cursor{log, s.at[name][log]})
	}
	c.Connections = append(c.Connections, connection)
	s.live[name] = connection
	own := "@" + person
	if _, known := s.at[name][own]; !known {
		s.at[name][own] = s.logs[own].Head
	}
	for _, row := range s.logs[own].Rows {
		room := row.room()
		if _, known := s.at[name][room]; row.Member && !known {
			s.at[name][room] = s.logs[room].Head
		} else if !row.Member {
			delete(s.at[name], room)
		}
	}
	s.deliver(name, own, -1)
	for _, log := range slices.Sorted(maps.Keys(s.at[name])) {
		if log != own {
			s.deliver(name, log, -1)
		}
	}
}

func (s *simulation) cut(name string) {
	if c := s.live[name]; c != nil {
		c.Ended, c.End = s.tick(), "cut"
		delete(s.live, name)
	}
}

// deliver replays a log as it is now.
func (s *simulation) deliver(client, log string, most int) {
	for _, row := range s.logs[log].Rows {
		if row.Revision <= s.at[client][log] {
			continue
		}
		if most == 0 {
			return
		}
		most--
		s.hand(client, row)
	}
	s.mark(client, log)
}

// hand delivers a row; a membership lets its room begin or end.
func (s *simulation) hand(client string, row *Row) {
	c := s.known[client].Connections[len(s.known[client].Connections)-1]
	copied := *row
	c.Events = append(c.Events, Event{At: s.tick(), Kind: Said, Log: row.Log, Position: row.Revision, Row: &copied})
	s.at[client][row.Log] = row.Revision
	room := row.room()
	if s.live[client] == nil || room == "" {
		return
	}
	_, carried := s.at[client][room]
	switch {
	case !row.Member:
		delete(s.at[client], room)
	case !carried:
		s.at[client][room] = row.Joined
		s.deliver(client, room, -1)
	}
}

func (s *simulation) mark(client, log string) {
	c := s.known[client].Connections[len(s.known[client].Connections)-1]
	c.Events = append(c.Events, Event{At: s.tick(), Kind: Ready, Log: log, Position: s.logs[log].Head})
}

func (s *simulation) history() *History {
	var clients []*Client
	for _, name := range slices.Sorted(maps.Keys(s.known)) {
		clients = append(clients, s.known[name])
	}
	pages := make(map[string][]string)
	for name, log := range s.logs {
		rows := slices.DeleteFunc(slices.Clone(log.Rows), func(row *Row) bool { return row.Key != "" })
		slices.SortFunc(rows, func(a, b *Row) int { return int(a.ID - b.ID) })
		for _, row := range rows {
			pages[name] = append(pages[name], row.Data)
		}
	}
	return &History{
		ReplayLimit: 100, Grace: 2 * time.Second, Logs: s.logs, Posts: s.posts, Acts: s.acts, Changes: s.asked,
		Kept: s.kept, Pages: pages, Clients: clients,
	}
}

// example is a history with a bit of everything in it: two rooms, repetitions,
// posts without answer, two clients, of which one reconnects amid.
func example() *simulation {
	s := simulate("hot", "calm")
	for i := range 5 {
		s.post("hot", fmt.Sprintf("hot %d", i), "", 201)
		s.post("calm", fmt.Sprintf("calm %d", i), fmt.Sprintf("id-%d", i), 201)
	}
	s.connect("bob", 3, "hot", "calm")
	s.post("hot", "asked again", "again", 0, 503, 200)
	s.post("hot", "unanswered", "", 0)
	s.post("hot", "unanswered at first", "again-2", 503, 0, 200, 200)
	s.posts = append(s.posts, Post{Room: "hot", Username: "ada", Body: "gone", Sent: s.tick(), Answered: s.tick()})
	s.connect("bob", 2, "hot", "calm")
	s.connect("bob", -1, "hot", "calm")
	s.connect("cyd", -1, "hot")
	s.post("hot", "last", "", 201)
	s.connect("bob", -1, "hot", "calm")
	s.connect("cyd", -1, "hot")
	return s
}
