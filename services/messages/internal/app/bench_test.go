package app

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkPost reports how many messages a second come through HTTP, with as
// many callers, each a person on a connection of their own. The callers' work
// is in it.
func BenchmarkPost(b *testing.B) {
	for _, callers := range []int{1, 32, 256} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			s := start(b)
			people := s.people(callers)
			transport := &http.Transport{MaxIdleConnsPerHost: callers}
			defer transport.CloseIdleConnections()
			var next atomic.Int64
			var running sync.WaitGroup
			b.ResetTimer()
			for _, person := range people {
				running.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						if err := person.send(transport, n); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			running.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

// people signs in as many without hashing their passwords, which takes longer.
// They are in general.
func (b *bundle) people(n int) []*client {
	b.t.Helper()
	_, err := b.db.Exec(b.t.Context(), `INSERT INTO users (username, password_hash) SELECT 'user' || n, 'x' FROM generate_series(1, $1) n`, n)
	if err != nil {
		b.t.Fatal(err)
	}
	b.exec(`INSERT INTO memberships (username, room, revision) SELECT username, 'general', 1 FROM users`)
	b.exec(`UPDATE users SET head = 1`)
	people := make([]*client, n)
	for i := range people {
		token, err := b.app.sessions.Create(b.t.Context(), fmt.Sprint("user", i+1), "", time.Hour)
		if err != nil {
			b.t.Fatal(err)
		}
		people[i] = &client{t: b.t, url: b.url, cookie: string(token)}
	}
	return people
}

func (c *client) send(transport *http.Transport, n int64) error {
	body := fmt.Sprintf(`{"body":"the %dth of many messages that say little","client_id":"%d"}`, n, n)
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+"/chat/general/messages", strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", "parley_session="+c.cookie)
	response, err := transport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusCreated {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	return nil
}
