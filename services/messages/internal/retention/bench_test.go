package retention

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/core/trace"
	"parley/core/wire"
	"parley/messages/internal/change"
)

var rows = flag.Int("rows", 100_000, "messages that expire in BenchmarkPostsWhileMuchExpires")

// BenchmarkPostsWhileMuchExpires tells how long posts take, a hundred a second to the room in
// which much expires and to another, before, and while floors rise and rows are
// deleted. Half of all rows are the room's, and lie between the other's.
func BenchmarkPostsWhileMuchExpires(b *testing.B) {
	s := newSystem(b, 30*day)
	s.exec(`INSERT INTO rooms (name) VALUES ('other'); INSERT INTO users (username, password_hash) VALUES ('ada', 'x');
		INSERT INTO memberships (username, room, revision) SELECT 'ada', name, row_number() OVER () FROM rooms`)
	const portion = 4_000 // within the time that a statement has
	for from := 1; from <= *rows; from += portion {
		s.exec(`INSERT INTO messages (room, id, revision, username, body, client_id, created_at)
			SELECT room, n, n, 'ada', 'What is said here is as long as such things are, more or less.', room || n, now() - interval '40 days'
			FROM generate_series($1::int, $2::int) AS n, unnest(ARRAY['general', 'other']) AS room`, from, min(from+portion-1, *rows))
	}
	s.exec(`UPDATE rooms SET head = $1, retention = CASE name WHEN 'other' THEN 0 END`, *rows)
	s.exec(`ANALYZE`)
	commits, err := change.OpenPool(b.Context(), s.pool.Config().ConnString(), "bench")
	if err != nil {
		b.Fatal(err)
	}
	defer commits.Close()
	committer := change.New(commits, func(*trace.Span, wire.Topic, wire.Event) {}, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	defer committer.Close()
	for b.Loop() {
		quiet, stop := context.WithTimeout(b.Context(), 10*time.Second)
		b.Log("before:", postAll(quiet, b, committer))
		stop()
		busy, stop := context.WithCancel(b.Context())
		posted := make(chan string, 1)
		go func() { posted <- postAll(busy, b, committer) }()
		began := time.Now()
		n, err := s.Pass(b.Context())
		took := time.Since(began)
		stop()
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("%d expired in %s, in %d rises", n, took.Round(time.Millisecond), len(s.told))
		b.Log("while:", <-posted)
	}
}

// postAll posts until ctx ends, and says how long that took.
func postAll(ctx context.Context, b *testing.B, committer *change.Committer) string {
	took := map[string][]time.Duration{}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		for _, room := range []string{"general", "other"} {
			<-tick.C
			began := time.Now()
			_, err := committer.Post(context.WithoutCancel(ctx), change.Post{Room: room, Username: "ada", Body: "hello"})
			if err != nil {
				b.Error(err)
			}
			took[room] = append(took[room], time.Since(began))
		}
	}
	text := ""
	for _, room := range []string{"general", "other"} {
		all := took[room]
		slices.Sort(all)
		at := func(share float64) time.Duration {
			return all[int(share*float64(len(all)-1))].Round(10 * time.Microsecond)
		}
		text += fmt.Sprintf(" %s %d posts, p50 %s, p99 %s, most %s;", room, len(all), at(0.5), at(0.99), at(1))
	}
	return text
}
