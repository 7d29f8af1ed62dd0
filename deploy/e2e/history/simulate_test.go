package history

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// simulation is a Parley that keeps every promise, in memory: what the checker
// must have nothing against. Time passes by a millisecond a step.
type simulation struct {
	now   time.Duration
	rooms map[string]Room
	posts []Post
	known map[string]*Client
	at    map[string]map[string]int64 // of a client, in a room
}

func simulate(rooms ...string) *simulation {
	s := &simulation{rooms: make(map[string]Room), known: make(map[string]*Client), at: make(map[string]map[string]int64)}
	for _, room := range rooms {
		s.rooms[room] = Room{}
	}
	return s
}

func (s *simulation) tick() time.Duration {
	s.now += time.Millisecond
	return s.now
}

// post stores a message; with answers of 0 it is stored but never answered,
// and each answer is an attempt.
func (s *simulation) post(room, body, clientID string, answers ...int) {
	m := &Message{Room: room, Username: "ada", Body: body, ClientID: clientID}
	for _, status := range answers {
		p := Post{Room: room, Username: "ada", Body: body, ClientID: clientID, Sent: s.tick(), Status: status}
		if m.ID == 0 && status != 503 {
			m.ID = s.rooms[room].Head + 1
			m.Revision, m.CreatedAt = m.ID, int64(s.now)
			s.rooms[room] = Room{Head: m.ID, Messages: append(s.rooms[room].Messages, m)}
		}
		if p.Answered = s.tick(); p.acknowledged() {
			p.ID = m.ID
		}
		s.posts = append(s.posts, p)
	}
}

// connect lets a client listen from where it is, up to most messages a room;
// -1 is all. A new one begins at 0.
func (s *simulation) connect(client string, most int, rooms ...string) {
	c := s.known[client]
	if c == nil {
		c = &Client{Name: client}
		s.known[client], s.at[client] = c, make(map[string]int64)
	}
	connection := &Connection{Opened: s.tick(), Status: 200, End: "cut"}
	for _, room := range rooms {
		connection.Cursors = append(connection.Cursors, Cursor{room, s.at[client][room]})
	}
	for _, room := range rooms {
		s.deliver(connection, client, room, most)
	}
	connection.Ended = s.tick()
	c.Connections = append(c.Connections, connection)
}

func (s *simulation) deliver(connection *Connection, client, room string, most int) {
	all := s.rooms[room].Messages[s.at[client][room]:]
	if most >= 0 && most < len(all) {
		all = all[:most]
	}
	for _, m := range all {
		copied := *m
		connection.Events = append(connection.Events, Event{At: s.tick(), Kind: Said, Room: room, Position: m.Revision, Message: &copied})
		s.at[client][room] = m.Revision
	}
	if s.at[client][room] == s.rooms[room].Head {
		connection.Events = append(connection.Events, Event{At: s.tick(), Kind: Ready, Room: room, Position: s.rooms[room].Head})
	}
}

func (s *simulation) history() *History {
	var clients []*Client
	for _, name := range slices.Sorted(maps.Keys(s.known)) {
		clients = append(clients, s.known[name])
	}
	return &History{ReplayLimit: 100, Rooms: s.rooms, Posts: s.posts, Clients: clients}
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
