package search

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/history"
	"parley/testkit"
)

var benchMessages = flag.Int("search.messages", 50_000, "how many messages BenchmarkSearch looks through")

// benchWorld are 10,000 rooms, and people who are in few, in some and in all of
// them. A tenth of the rooms is private, and in most of these is only one person.
const benchWorld = `
	INSERT INTO users (username, password_hash, role) SELECT 'p' || n, 'x', 'member' FROM generate_series(1, 50) n;
	INSERT INTO users (username, password_hash, role) VALUES ('guest', 'x', 'guest'), ('usual', 'x', 'member'), ('all', 'x', 'member');
	INSERT INTO rooms (name, kind) SELECT 'r' || n, CASE WHEN n % 10 = 0 THEN 'private' ELSE 'open' END FROM generate_series(1, 10000) n;
	INSERT INTO memberships (username, room, revision, joined)
	SELECT u, 'r' || n, n, 0 FROM generate_series(1, 10000) n, unnest(ARRAY['guest', 'usual', 'all', 'p1']) u
	WHERE u = 'all' OR u = 'p1' AND n % 10 = 0 OR u = 'usual' AND n % 200 = 0 OR u = 'guest' AND n IN (4000, 5000, 6001);`

// benchHistory is what is said there: of rooms the first have most of it.
const benchHistory = `
	CREATE TEMP TABLE said AS
	SELECT 'r' || (1 + floor(10000 * power(random(), 3)))::int AS room, 'p' || (1 + n % 50) AS username,
		'2025-01-01'::timestamptz + n * interval '30 s' AS at,
		(SELECT string_agg(w, ' ') FROM (
			SELECT (ARRAY['the','deploy','is','done','and','we','should','look','at','metrics','before','lunch','team','error','please','review','build','server','again','today',
				'think','about','release','database','people','message','thread','mobile','design','ticket'])[1 + floor(30 * power(random(), 2))::int] AS w FROM generate_series(1, 8 + n % 8)) AS words)
		|| ' ' || (ARRAY['incident','rollback','kubernetes','invoice','holiday','keyboard'])[1 + (n % 97) % 6] || ' word' || (n % 20000)
		|| CASE WHEN n % 50 = 0 THEN ' 部署完成了' WHEN n % 71 = 0 THEN ' err != nil in foo_bar()' ELSE '' END
		|| CASE WHEN n % 40 = 0 THEN ' https://example.org/item/' || n ELSE '' END
		|| CASE WHEN n % 100003 = 77 THEN ' xylophone' ELSE '' END AS body
	FROM generate_series(1, $1::int) n;`

const benchStore = `
	INSERT INTO messages (room, id, revision, username, body, created_at)
	SELECT room, n, n, username, body, at FROM (SELECT *, row_number() OVER (PARTITION BY room ORDER BY at) AS n FROM said) AS counted;
	UPDATE rooms SET head = had.n FROM (SELECT room, count(*) AS n FROM messages GROUP BY room) AS had WHERE rooms.name = had.room;
	DROP TABLE said;`

// benchSystem returns a search on a database in which much was said.
func benchSystem(b *testing.B) *Store {
	b.Helper()
	url := testkit.DatabaseURL(b)
	pool, err := pgxpool.New(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	conn, err := pool.Acquire(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, step := range []struct {
		sql  string
		args []any
	}{{benchWorld, nil}, {benchHistory, []any{*benchMessages}}, {benchStore, nil}, {`VACUUM ANALYZE`, nil}} {
		if _, err := conn.Exec(b.Context(), step.sql, step.args...); err != nil {
			b.Fatal(err)
		}
	}
	conn.Release()
	began := time.Now()
	n, err := Rebuild(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d messages indexed in %s", n, time.Since(began).Round(time.Second))
	index, err := OpenPool(b.Context(), url, "bench search")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(index.Close)
	return NewStore(index, pool, nil)
}

// BenchmarkSearch reports how long searches of several kinds take.
func BenchmarkSearch(b *testing.B) {
	store := benchSystem(b)
	for _, kind := range [][3]string{
		{"rare", "usual", "xylophone"}, {"common", "usual", "deploy"}, {"two common", "usual", "the deploy"}, {"sometimes", "usual", "kubernetes"},
		{"medium", "usual", "word777"}, {"part", "usual", "ubernet"}, {"rare part", "usual", "ylopho"}, {"CJK", "usual", "部署"}, {"code", "usual", "foo_bar()"},
		{"none", "usual", "zzyzzx"}, {"none of known", "usual", "deployk"}, {"whole", "usual", `"look at metrics"`}, {"either", "usual", "lunch or xylophone"},
		{"guest rare", "guest", "xylophone"}, {"guest common", "guest", "deploy"}, {"guest none", "guest", "zzyzzx"},
		{"all rare", "all", "xylophone"}, {"all common", "all", "deploy"}, {"all none", "all", "zzyzzx"},
		{"from", "usual", "from:p7 deploy"}, {"room", "usual", "in:r9000 deploy"}, {"links", "usual", "has:link"}, {"symbols", "usual", "!="}, {"old", "usual", "before:2025-02-01 deploy"},
	} {
		b.Run(kind[0], func(b *testing.B) { benchKind(b, store, kind[1], kind[2]) })
	}
	b.Run("mix", func(b *testing.B) {
		b.SetParallelism(8) // 16 at once on two processors
		queries := benchMix(b)
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				if _, err := store.Search(context.Background(), fmt.Sprint("p", 2+i%40), queries[i%len(queries)], history.Place{}, 50); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}

func benchKind(b *testing.B, store *Store, username, text string) {
	b.Helper()
	q, err := Parse(text, username)
	if err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	var hits int
	for b.Loop() {
		began := time.Now()
		page, err := store.Search(context.Background(), username, q, history.Place{}, 50)
		if err != nil {
			b.Fatal(err)
		}
		took, hits = append(took, time.Since(began)), len(page.Hits)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1e3, "p95-ms")
	b.ReportMetric(float64(hits), "hits")
}

// benchMix is what people look for, more or less.
func benchMix(b *testing.B) (all []Query) {
	b.Helper()
	for _, text := range []string{"deploy", "invoice", "xylophone", "metrics lunch", "部署", "kubern", "word1234", "from:p7 release", "in:r3 error", "zzyzzx"} {
		q, err := Parse(text, "p2")
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, q)
	}
	return all
}
