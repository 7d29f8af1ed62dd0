package app

import (
	"fmt"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

const kubernetes = "../../../../deploy/kubernetes/"

// What Kubernetes scales stream by is what /metrics says of the open streams.
func TestAutoscalerIsToldOfOpenStreams(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(kubernetes + "components/autoscale-streams/autoscaler.yaml")
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`metric:\s+name: (\S+)`).FindStringSubmatch(string(text))
	if name == nil {
		t.Fatal("the autoscaler names no metric")
	}
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	for open := range 3 {
		if got, want := b.exposed(), fmt.Sprintf("\n%s %d\n", name[1], open); !strings.Contains(got, want) {
			t.Errorf("/metrics has no %q:\n%s", want, got)
		}
		b.listen("/chat/general/stream", ada, "").want("ready 0")
	}
}

// exposed returns what /metrics answers at the internal address.
func (b *testBundle) exposed() string {
	answer := httptest.NewRecorder()
	b.app.internal.Handler.ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	return answer.Body.String()
}
