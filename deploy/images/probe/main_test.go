package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		status  int
		healthy bool
	}{
		{http.StatusOK, true},
		{http.StatusNoContent, true},
		{http.StatusNotFound, false},
		{http.StatusServiceUnavailable, false},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(row.status) }))
		t.Cleanup(srv.Close)
		if err := probe(srv.URL); (err == nil) != row.healthy {
			t.Errorf("status %d: %v", row.status, err)
		}
	}
}

func TestProbeOfNobody(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	if err := probe(srv.URL); err == nil {
		t.Error("healthy, although nobody listens")
	}
}
