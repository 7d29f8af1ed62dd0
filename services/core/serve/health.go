package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"
)

const readyTimeout = 2 * time.Second

// Health answers /healthz (the process works) and /readyz (it should get
// traffic). Readiness follows Postgres, not Redis, and ends with the drain.
type Health struct {
	check    func(context.Context) error
	draining atomic.Bool
}

// NewHealth returns a Health whose readiness is what check says within 2 s.
func NewHealth(check func(context.Context) error) *Health { return &Health{check: check} }

// Drain makes the service unready for good.
func (h *Health) Drain() { h.draining.Store(true) }

// Live answers 200.
func (h *Health) Live(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") }

// Ready answers 200, or 503 while draining or while the check fails.
func (h *Health) Ready(w http.ResponseWriter, r *http.Request) {
	if h.draining.Load() {
		answer(w, http.StatusServiceUnavailable, "draining")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := h.check(ctx); err != nil {
		answer(w, http.StatusServiceUnavailable, "unavailable")
		return
	}
	answer(w, http.StatusOK, "ready")
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"status": text}) // the peer may be gone
}
