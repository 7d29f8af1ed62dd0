package replica

import (
	"context"
	"log/slog"
	"math"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"parley/core/backing"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// metrics are those of a service that is made up.
type metrics struct {
	registry *prometheus.Registry
	open     prometheus.Gauge
	answers  *prometheus.CounterVec
	took     *prometheus.HistogramVec
}

var figures = []Figure{
	{Name: "open", Metric: "open"},
	{Name: "answers", Metric: "answers_total", Kind: PerSecond},
	{Name: "errors", Metric: "answers_total", Kind: PerSecond, Label: "status", Value: "5"},
	{Name: "p50", Metric: "took_seconds", Kind: Quantile, At: 0.5},
	{Name: "took", Metric: "took_seconds", Kind: PerSecond},
	{Name: "none", Metric: "nothing_has_this_name", Kind: Quantile, At: 0.5},
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		open:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "open"}),
		answers:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "answers_total"}, []string{"status"}),
		took:     prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "took_seconds", Buckets: []float64{1, 2, 4}}, []string{"route"}),
	}
	m.registry.MustRegister(m.open, m.answers, m.took)
	return m
}

func newBeat(m *metrics, client redis.UniversalClient) *Beat {
	return NewBeat(client, "stream", "v1", m.registry, figures, slog.New(slog.DiscardHandler))
}

func TestFigures(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	m.answers.WithLabelValues("500").Add(1000) // long ago
	m.took.WithLabelValues("old").Observe(100)
	b := newBeat(m, nil)
	began := time.Now()
	if err := b.take(began); err != nil {
		t.Fatal(err)
	}
	if got := b.report.Figures; got["open"] != 0 || len(got) != 2 { // and the memory
		t.Errorf("of the first beat: %v", got)
	}
	m.open.Set(7)
	m.answers.WithLabelValues("200").Add(30)
	m.answers.WithLabelValues("503").Add(20)
	for _, seconds := range []float64{0.5, 1.5, 1.5, 3} {
		m.took.WithLabelValues("new").Observe(seconds)
	}
	if err := b.take(began.Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{"open": 7, "answers": 5, "errors": 2, "p50": 1.5, "took": 0.65} {
		if got := b.report.Figures[name]; math.Abs(got-want) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if _, ok := b.report.Figures["none"]; ok || b.report.Figures[Memory] < 1<<20 || b.report.Figures[Processors] < 0 {
		t.Errorf("%v", b.report.Figures)
	}
}

// Rates are of the last minute: what was before is over.
func TestFiguresForget(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	b := newBeat(m, nil)
	now := time.Now()
	for range 30 {
		m.answers.WithLabelValues("200").Add(5)
		if err := b.take(now); err != nil {
			t.Fatal(err)
		}
		now = now.Add(beatEvery)
	}
	if got := b.report.Figures["answers"]; got != 1 {
		t.Errorf("%v answers a second, want 1", got)
	}
	for range 13 {
		if err := b.take(now); err != nil {
			t.Fatal(err)
		}
		now = now.Add(beatEvery)
	}
	if got := b.report.Figures["answers"]; got != 0 || len(b.past) != 12 {
		t.Errorf("%v answers a second after a minute of none, %d beats kept", got, len(b.past))
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	r := reading{bounds: []float64{1, 2, 4}, counts: []uint64{0, 10, 10, 20}}
	for q, want := range map[float64]float64{0.25: 1.5, 0.5: 2, 0.99: 4} {
		if got, ok := r.quantile(q, &reading{}); !ok || got != want {
			t.Errorf("%v: %v, %t; want %v", q, got, ok, want)
		}
	}
	if _, ok := r.quantile(0.5, &r); ok {
		t.Error("there is a quantile of nothing")
	}
}

func connect(t *testing.T) redis.UniversalClient {
	t.Helper()
	client, err := backing.Redis(testkit.Redis(t).URL(), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func list(t *testing.T, client redis.UniversalClient) []Seen {
	t.Helper()
	all, err := List(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestReplicasAreSeenUntilTheyStop(t *testing.T) {
	t.Parallel()
	client, m := connect(t), newMetrics()
	if all := list(t, client); len(all) != 0 {
		t.Fatalf("%+v", all)
	}
	m.open.Set(3)
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	b := newBeat(m, client)
	go func() { defer close(stopped); b.Run(ctx) }()
	var all []Seen
	for deadline := time.Now().Add(10 * time.Second); len(all) == 0 && time.Now().Before(deadline); <-time.After(5 * time.Millisecond) {
		all = list(t, client)
	}
	if len(all) != 1 || all[0].Gone || all[0].Service != "stream" || all[0].Version != "v1" || all[0].Figures["open"] != 3 || all[0].ID != b.report.ID {
		t.Fatalf("%+v", all)
	}
	stop()
	<-stopped
	if all := list(t, client); len(all) != 0 {
		t.Errorf("after it has stopped: %+v", all)
	}
}

// A replica that dies is missed for an hour, and then forgotten.
func TestReplicasThatDie(t *testing.T) {
	t.Parallel()
	client, m := connect(t), newMetrics()
	now := time.Now()
	dead, living := newBeat(m, client), newBeat(m, client)
	if err := dead.beat(t.Context(), now.Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	if ttl := client.PTTL(t.Context(), reportOf+dead.member()).Val(); ttl <= 0 || ttl > aliveFor {
		t.Errorf("it is taken for living for %s", ttl)
	}
	client.Del(t.Context(), reportOf+dead.member()) // as Redis does then
	if err := living.beat(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	all := list(t, client)
	if len(all) != 2 || all[0].Gone == all[1].Gone {
		t.Fatalf("%+v", all)
	}
	for _, seen := range all {
		if seen.Gone && (seen.ID != dead.report.ID || seen.Service != "stream" || seen.At.Unix() != now.Add(-time.Minute).Unix()) {
			t.Errorf("who is gone: %+v", seen)
		}
	}
	if err := living.beat(t.Context(), now.Add(knownFor)); err != nil {
		t.Fatal(err)
	}
	if all := list(t, client); len(all) != 1 || all[0].Gone {
		t.Errorf("after an hour: %+v", all)
	}
}

func BenchmarkTake(b *testing.B) {
	beat := newBeat(newMetrics(), nil)
	b.ReportAllocs()
	for b.Loop() {
		if err := beat.take(time.Now()); err != nil {
			b.Fatal(err)
		}
	}
}
