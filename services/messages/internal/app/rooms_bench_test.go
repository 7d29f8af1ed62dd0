package app

import (
	"fmt"
	"testing"
)

// BenchmarkRooms reports how long GET /chat takes for somebody with 500 rooms,
// with so many messages unread in each, and 10,000 other rooms.
func BenchmarkRooms(b *testing.B) {
	for _, unread := range []int{0, 10, 150} {
		b.Run(fmt.Sprintf("unread=%d", unread), func(b *testing.B) {
			s := start(b)
			ada := s.people(1)[0]
			s.exec(`INSERT INTO rooms (name, head) SELECT 'r' || n, 200 FROM generate_series(1, 10500) n`)
			s.exec(`
				INSERT INTO messages (room, id, revision, username, body)
				SELECT 'r' || n, id, id, 'bob', 'what bob says here is of no great length'
				FROM generate_series(1, 200) id, generate_series(1, 500) n`)
			s.exec(fmt.Sprintf(`
				INSERT INTO memberships (username, room, revision, read)
				SELECT 'user1', 'r' || n, n + 1, 200 - %d FROM generate_series(1, 500) n`, unread))
			s.exec(`UPDATE users SET head = 501`)
			s.exec(`ANALYZE`)
			for b.Loop() {
				if a := ada.get("/chat"); a.status != 200 || len(a.body) < 50_000 {
					b.Fatalf("%d, %d bytes", a.status, len(a.body))
				}
			}
		})
	}
}
