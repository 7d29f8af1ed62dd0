package app

import (
	"fmt"
	"testing"
)

// BenchmarkRoomPage reports how long a room's page takes for somebody in ten
// rooms: the first of the room, and one of a room that others have read.
func BenchmarkRoomPage(b *testing.B) {
	const rooms, messages = 2000, 100
	s := start(b)
	people := s.people(200)
	s.exec(fmt.Sprintf(`INSERT INTO rooms (name, head) SELECT 'r' || n, %d FROM generate_series(1, %d) n`, messages, rooms))
	s.exec(fmt.Sprintf(`
		INSERT INTO messages (room, id, revision, username, body)
		SELECT 'r' || n, id, id, 'bob', 'what bob says here is of no great length, but it is not just a word either: ' || n || ' times ' || id
		FROM generate_series(1, %d) id, generate_series(1, %d) n`, messages, rooms))
	s.exec(fmt.Sprintf(`
		INSERT INTO memberships (username, room, revision, read)
		SELECT 'user' || ((n - 1) / 10 + 1), 'r' || n, n + 1, %d FROM generate_series(1, %d) n`, messages, rooms))
	s.exec(fmt.Sprintf(`INSERT INTO memberships (username, room, revision, read) SELECT 'user' || n, 'r1', 5000, %d FROM generate_series(2, 200) n`, messages))
	s.exec(`UPDATE users SET head = 6001`)
	s.exec(`ANALYZE`)
	for _, way := range []struct {
		name string
		path func(i int) (who int, path string)
	}{
		{"kept", func(int) (int, string) { return 0, "/chat/r1" }},
		{"first-of-all", func(i int) (int, string) { n := i % rooms; return n / 10, fmt.Sprintf("/chat/r%d", n+1) }},
		{"first-of-a-person", func(i int) (int, string) { return i % 200, "/chat/r1" }},
	} {
		b.Run(way.name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				who, path := way.path(n)
				n++
				if a := people[who].get(path, "Accept", "text/html"); a.status != 200 || len(a.body) < 50_000 {
					b.Fatalf("%d, %d bytes", a.status, len(a.body))
				}
			}
		})
	}
}
