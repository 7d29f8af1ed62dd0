package app

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/core/replica"
)

// overview is what GET /admin answers to a program.
type overview struct {
	People, Rooms, Messages int64
	Estimated               bool `json:"messages_estimated"`
	Postgres, Redis         struct {
		Up      bool
		Seconds float64
		Version string
		Bytes   int64
	}
	Replicas []replica.Seen
}

func TestStatus(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada, bob := b.browser("ada"), b.browser("bob") // an owner and a member
	assertPage(t, "status of a member", bob.get("/admin"), 403)
	var now overview
	ada.accept = ""
	eventually(t, 10*time.Second, func() bool {
		ada.get("/admin").into(t, &now)
		return len(now.Replicas) == 1
	})
	if now.People != 2 || now.Rooms != 1 || now.Messages != 0 || now.Estimated || !now.Postgres.Up || !now.Redis.Up || now.Postgres.Seconds <= 0 {
		t.Errorf("%+v", now)
	}
	one := now.Replicas[0]
	if one.Service != "messages" || one.Gone || one.Version == "" || one.Figures[replica.Memory] <= 0 || time.Since(one.At) > time.Minute {
		t.Errorf("this replica: %+v", one)
	}
	ada.accept = "text/html"
	assertPage(t, "status", ada.get("/admin"), 200, "Open streams", one.ID, "1 running", "Answered in")

	if err := b.redis.Stop(); err != nil {
		t.Fatal(err)
	}
	assertPage(t, "status without Redis", ada.get("/admin"), 200, "Away", "Redis is away", "limits are counted by each replica alone")
}

// Each figure that a replica tells is made of a metric that there is.
func TestFiguresHaveMetrics(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.browser("ada") // has asked for something
	there := gathered(t, b.app.registry)
	for _, f := range figures {
		if !there[f.Metric] {
			t.Errorf("%s: there is no %s", f.Name, f.Metric)
		}
	}
}

func gathered(t *testing.T, registry *prometheus.Registry) map[string]bool {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	there := make(map[string]bool)
	for _, f := range families {
		there[f.GetName()] = true
	}
	return there
}
