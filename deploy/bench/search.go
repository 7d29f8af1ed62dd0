package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"parley/deploy/bench/internal/stat"
)

const (
	searchRooms       = 10_000
	searchConnections = 16
	// The people of the row: who is in all rooms, a guest in three, and as many as
	// there are connections, each in fifty rooms. No other row has them.
	searchAll   = users - 2
	searchGuest = users - 3
	searchUsual = users - 3 - searchConnections
)

// searches are the kinds of query that are measured one by one.
var searches = []struct {
	kind  string
	user  int
	query string
	hits  string // in the answer if there are enough
}{
	{"a rare word", searchUsual, "xylophone", `"snippet"`},
	{"a very common word", searchUsual, "deploy", `"more":true`},
	{"two common words", searchUsual, "the metrics", `"more":true`},
	{"part of a word", searchUsual, "ubernet", `"more":true`},
	{"Chinese", searchUsual, "部署", `"more":true`},
	{"code", searchUsual, "foo_bar()", `"more":true`},
	{"nothing that there is", searchUsual, "zzyzzx", `"more":false`},
	{"a rare word, by a guest in 3 rooms", searchGuest, "word777", `"more":`},
	{"a very common word, by a guest in 3 rooms", searchGuest, "deploy", `"snippet"`},
	{"a rare word, by somebody in 10,000 rooms", searchAll, "xylophone", `"snippet"`},
	{"a very common word, by somebody in 10,000 rooms", searchAll, "deploy", `"more":true`},
}

// mixed is what people look for, more or less.
var mixed = []string{"deploy", "invoice", "xylophone", "metrics lunch", "部署", "kubern", "word1234", "from:" + username(7) + " release", "in:find-3 error", "zzyzzx"}

// search measures the search of very many messages.
func (b *bench) search(ctx context.Context) error {
	n := full(b, 1_000_000, 20_000)
	if err := b.sayMuch(ctx, n); err != nil {
		return err
	}
	for _, s := range searches {
		var all stat.Histogram
		for turn := range full(b, 210, 15) {
			began := time.Now()
			answer, err := b.find(ctx, http.DefaultTransport, s.user, s.query)
			if err != nil {
				return err
			}
			if !b.cfg.Quick && !strings.Contains(answer, s.hits) {
				return fmt.Errorf("search for %s found something else than %s: %.300s", s.kind, s.hits, answer)
			}
			if turn >= 10 { // the first were to get warm
				all.Record(time.Since(began))
			}
		}
		b.logf("search   %-45s p50 %s, p95 %s", s.kind, short(all.Quantile(0.5)), short(all.Quantile(0.95)))
		b.report.add(&result{
			row: fmt.Sprintf("search %d messages: %s, p95 ms", n, s.kind), format: "%.1f",
			parley: stat.Series{all.Quantile(0.95).Seconds() * 1e3}, target: atMost(100), latency: &all, latencyOf: "the request to its whole answer",
		})
	}
	return b.searchMany(ctx, n)
}

// searchMany measures how many searches of the usual mix there are a second.
func (b *bench) searchMany(ctx context.Context, n int) error {
	transport := &http.Transport{MaxIdleConnsPerHost: searchConnections}
	defer transport.CloseIdleConnections()
	var rates stat.Series
	var all stat.Histogram
	var costs []map[string]float64
	for turn := range full(b, 4, 2) {
		before, err := b.parley.cpu()
		if err != nil {
			return err
		}
		began := time.Now()
		found, err := b.searchAtOnce(ctx, transport, full(b, 5*time.Second, time.Second))
		if err != nil {
			return err
		}
		if turn > 0 { // the first was to get warm
			all.Add(found)
			rates = append(rates, float64(found.Count())/time.Since(began).Seconds())
			cost, err := b.parley.costSince(before, found.Count())
			if err != nil {
				return err
			}
			costs = append(costs, cost)
		}
	}
	b.logf("search   %.0f a second, p99 %s", rates.Median(), short(all.Quantile(0.99)))
	b.report.add(&result{
		row: fmt.Sprintf("searches a second of %d messages, usual mix, %d connections", n, searchConnections), format: "%.0f",
		parley: rates, target: &target{limit: 500, least: true}, latency: &all, latencyOf: "the request to its whole answer",
		notes: []string{"CPU per search:" + b.costsOf(costs), "looked for: " + strings.Join(mixed, ", ")},
	})
	return nil
}

func (b *bench) searchAtOnce(ctx context.Context, transport *http.Transport, during time.Duration) (*stat.Histogram, error) {
	var all stat.Histogram
	var mu sync.Mutex
	var failed atomic.Pointer[error]
	var running sync.WaitGroup
	for i := range searchConnections {
		running.Go(func() {
			var own stat.Histogram
			for began, turn := time.Now(), i; time.Since(began) < during; turn++ {
				asked := time.Now()
				if _, err := b.find(ctx, transport, searchUsual+i, mixed[turn%len(mixed)]); err != nil {
					failed.Store(&err)
					return
				}
				own.Record(time.Since(asked))
			}
			mu.Lock()
			defer mu.Unlock()
			all.Add(&own)
		})
	}
	running.Wait()
	if err := failed.Load(); err != nil {
		return nil, *err
	}
	return &all, nil
}

// find searches at the service, and returns the answer.
func (b *bench) find(ctx context.Context, transport http.RoundTripper, user int, query string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet,
		"http://"+b.parley.posts.String()+"/search?"+url.Values{"q": {query}}.Encode(), nil)
	if err != nil {
		return "", fmt.Errorf("search: %w", err)
	}
	request.Header.Set("Cookie", b.system.cookies[user])
	response, err := transport.RoundTrip(request)
	if err != nil {
		return "", fmt.Errorf("search: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return "", fmt.Errorf("search: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("search for %s: %s: %.300s", query, response.Status, text)
	}
	return string(text), nil
}

// sayMuch puts people into rooms, and very many messages, by SQL, and has them
// indexed.
func (b *bench) sayMuch(ctx context.Context, n int) error {
	b.logf("%d messages into %d rooms, and into the index", n, searchRooms)
	var usual []string
	for i := range searchConnections {
		usual = append(usual, username(searchUsual+i))
	}
	for _, step := range []struct {
		what, sql string
		args      []any
	}{
		{"make a guest", `UPDATE users SET role = 'guest' WHERE username = $1`, []any{username(searchGuest)}},
		{"make rooms", `
			INSERT INTO rooms (name, kind) SELECT 'find-' || n, CASE WHEN n % 10 = 0 THEN 'private' ELSE 'open' END
			FROM generate_series(1, $1::int) n`, []any{searchRooms}},
		{"put people into rooms", `
			INSERT INTO memberships (username, room, revision)
			SELECT u, 'find-' || n, n FROM generate_series(1, $1::int) n, unnest($2::text[]) u
			WHERE u = $3 OR u = ANY($4) AND n % 200 = 0 OR u = $5 AND n IN (2000, 3000, 4001)`,
			[]any{searchRooms, append(usual, username(searchAll), username(searchGuest)), username(searchAll), usual, username(searchGuest)}},
		{"set heads of people", `
			UPDATE users SET head = had.n
			FROM (SELECT username, max(revision) AS n FROM memberships WHERE room LIKE 'find-%' GROUP BY username) AS had WHERE users.username = had.username`, nil},
		{"write history", muchSaid, []any{n, searchRooms}},
		{"set heads of rooms", `
			UPDATE rooms SET head = had.n
			FROM (SELECT room, count(*) AS n FROM messages WHERE room LIKE 'find-%' GROUP BY room) AS had WHERE rooms.name = had.room`, nil},
		{"gather statistics", `ANALYZE rooms, messages, memberships`, nil},
	} {
		if _, err := b.system.pool.Exec(ctx, step.sql, step.args...); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	began := time.Now()
	reindex := exec.CommandContext(ctx, filepath.Join(b.cfg.Bin, "messages"), "reindex")
	reindex.Env = append(os.Environ(), "DATABASE_URL="+b.system.stack.DatabaseURL())
	if out, err := reindex.CombinedOutput(); err != nil {
		return fmt.Errorf("index: %w\n%s", err, out)
	}
	b.logf("indexed in %s", short(time.Since(began)))
	return b.system.settle(ctx)
}

// muchSaid writes messages, one every thirty seconds, of which the first rooms
// have most. Some words are in half of them, some in ten.
const muchSaid = `
	INSERT INTO messages (room, id, revision, username, body, created_at)
	SELECT room, id, id, username, body, at
	FROM (
		SELECT room, row_number() OVER (PARTITION BY room ORDER BY n) AS id, 'bench-' || lpad((n % 50)::text, 5, '0') AS username,
			now() - ($1 - n) * interval '30 s' AS at,
			(SELECT string_agg(w, ' ') FROM (
				SELECT (ARRAY['the','deploy','is','done','and','we','should','look','at','metrics','before','lunch','team','error','please','review','build','server','again','today',
					'think','about','release','database','people','message','thread','mobile','design','ticket'])[1 + floor(30 * power(random(), 2))::int] AS w
				FROM generate_series(1, 8 + n % 8)) AS words)
			|| ' ' || (ARRAY['incident','rollback','kubernetes','invoice','holiday','keyboard'])[1 + n % 97 % 6] || ' word' || n % 20000
			|| CASE WHEN n % 50 = 0 THEN ' 部署完成了' WHEN n % 71 = 0 THEN ' err != nil in foo_bar()' ELSE '' END
			|| CASE WHEN n % 40 = 0 THEN ' https://example.org/item/' || n ELSE '' END
			|| CASE WHEN n % 100003 = 77 THEN ' xylophone' ELSE '' END AS body
		FROM (SELECT n, 'find-' || (1 + floor($2 * power(random(), 3)))::int AS room FROM generate_series(1, $1::int) n) AS placed
	) AS said`
