package app

import "testing"

// BenchmarkRooms reports how long GET /chat takes for somebody with 500 rooms,
// a few messages unread in each, and 10,000 other rooms.
func BenchmarkRooms(b *testing.B) {
	s := start(b)
	ada := s.people(1)[0]
	s.exec(`INSERT INTO rooms (name, head) SELECT 'r' || n, 20 FROM generate_series(1, 10500) n`)
	s.exec(`
		INSERT INTO messages (room, id, revision, username, body)
		SELECT 'r' || n, id, id, 'bob', 'what bob says here is of no great length' FROM generate_series(1, 500) n, generate_series(1, 20) id`)
	s.exec(`INSERT INTO memberships (username, room, revision, read) SELECT 'user1', 'r' || n, n + 1, n % 21 FROM generate_series(1, 500) n`)
	s.exec(`UPDATE users SET head = 501`)
	s.exec(`ANALYZE`)
	for b.Loop() {
		if a := ada.get("/chat"); a.status != 200 || len(a.body) < 50_000 {
			b.Fatalf("%d, %d bytes", a.status, len(a.body))
		}
	}
}
