package fanout

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"parley/core/chat"
	"parley/core/sse"
	"parley/stream/internal/hub"
)

// observed returns how many deliveries were observed, and their seconds in sum.
func observed(t *testing.T, m *Metrics) (count uint64, seconds float64) {
	t.Helper()
	var got dto.Metric
	if err := m.Delivery.Write(&got); err != nil {
		t.Fatal(err)
	}
	return got.GetHistogram().GetSampleCount(), got.GetHistogram().GetSampleSum()
}

// A message that was stored half a minute ago was half a minute on its way.
func TestDeliveriesAreObserved(t *testing.T) {
	t.Parallel()
	const ago = 30 * time.Second
	b := startLoops(t, newPoller, 1, 1)
	conn := b.open("room-0")
	began := time.Now()
	m := chat.Message{ID: 1, Revision: 1, Room: "room-0", Username: "ada", Body: "x", CreatedAt: began.Add(-ago)}
	b.hub.Ring("room-0", m.AppendJSON(nil))
	read(t, sse.NewReader(conn), 1)
	b.await("nothing was observed", func() bool { n, _ := observed(t, b.engine.metrics); return n > 0 })
	atMost := (ago + time.Since(began)).Seconds()
	if n, seconds := observed(t, b.engine.metrics); n != 1 || seconds < ago.Seconds() || seconds > atMost {
		t.Errorf("%d observations, %f s; want one of 30 to %f s", n, seconds, atMost)
	}
}

func TestWhatIsObserved(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, row := range map[string]struct {
		stored int64
		count  uint64
		want   float64
	}{
		"no message":              {0, 0, 0},
		"a second ago":            {now.Add(-time.Second).UnixNano(), 1, 1},
		"a clock that is ahead":   {now.Add(time.Second).UnixNano(), 1, 0},
		"an import":               {now.Add(-2 * time.Hour).UnixNano(), 0, 0},
		"a time that can't be":    {now.Add(2 * time.Hour).UnixNano(), 0, 0},
		"a time out of all range": {time.Time{}.UnixNano(), 0, 0},
	} {
		m := NewMetrics(prometheus.NewRegistry())
		m.delivered(row.stored, now)
		if n, seconds := observed(t, m); n != row.count || seconds != row.want {
			t.Errorf("%s: %d observations, %f s", name, n, seconds)
		}
	}
}

// What waits while a room rests waits since the oldest of it was stored.
func TestRestsKeepTheOldest(t *testing.T) {
	t.Parallel()
	r, log, now := newRests(), &hub.Log{}, time.Now()
	for _, stored := range []int64{0, 30, 10, 20, 0} {
		r.hold(log, now, now.Add(time.Hour), stored)
	}
	if rested := r.over(now); len(rested) != 0 {
		t.Errorf("%v is over before its time", rested)
	}
	if rested := r.over(now.Add(time.Hour)); len(rested) != 1 || rested[log] != 10 {
		t.Errorf("got %v, want 10", rested)
	}
}
