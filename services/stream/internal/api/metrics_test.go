package api

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/core/history"
	"parley/stream/internal/guard"
)

func TestHandshakesAreObservedByOutcome(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"open":             nil,
		"room_not_found":   history.ErrNotFound,
		"too_many_streams": guard.ErrTooMany,
		"busy":             fmt.Errorf("wrapped: %w", errBusy),
		"gone":             fmt.Errorf("%w: reset", errGone),
		"failed":           errors.New("other"),
	} {
		registry := prometheus.NewRegistry()
		NewMetrics(registry).observe(time.Now(), err)
		all, gatherErr := registry.Gather()
		if gatherErr != nil || len(all) != 1 || len(all[0].GetMetric()) != 1 {
			t.Fatal(all, gatherErr)
		}
		if got := all[0].GetMetric()[0].GetLabel()[0].GetValue(); got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}
