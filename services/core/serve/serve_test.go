package serve

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func get(t *testing.T, h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	if len(header) == 2 {
		r.Header.Set(header[0], header[1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestHealth(t *testing.T) {
	t.Parallel()
	var away error
	h := NewHealth(func(context.Context) error { return away })
	internal := Internal(NewRegistry("test"), h, false)
	assert := func(path string, status int, text string) {
		t.Helper()
		w := get(t, internal, path)
		if w.Code != status || strings.TrimSpace(w.Body.String()) != `{"status":"`+text+`"}` || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s, want %d %s", path, w.Code, w.Body, status, text)
		}
	}
	assert("/healthz", 200, "ok")
	assert("/readyz", 200, "ready")
	away = errors.New("away")
	assert("/healthz", 200, "ok")
	assert("/readyz", 503, "unavailable")
	away = nil
	h.Drain()
	assert("/healthz", 200, "ok")
	assert("/readyz", 503, "draining")
}

func TestInternal(t *testing.T) {
	t.Parallel()
	open, shut := Internal(NewRegistry("test"), NewHealth(nil), true), Internal(NewRegistry("test"), NewHealth(nil), false)
	for path, contains := range map[string]string{"/metrics": "go_goroutines", "/debug/pprof/": "goroutine", "/debug/pprof/cmdline": ""} {
		if w := get(t, open, path); w.Code != 200 || !strings.Contains(w.Body.String(), contains) {
			t.Errorf("%s: %d", path, w.Code)
		}
		if w := get(t, shut, path); (w.Code == 404) != strings.HasPrefix(path, "/debug/") {
			t.Errorf("%s without profiles: %d", path, w.Code)
		}
	}
}

func TestSwitch(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Switch{"on": true, "off": false} {
		s := !want
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%s: %t, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "true", "1", "ON"} {
		if err := new(Switch).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	var seen string
	h := WithRequestID(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = RequestID(r.Context()) }))
	for given, kept := range map[string]bool{
		"abc-DEF_123": true, strings.Repeat("a", 64): true,
		"": false, strings.Repeat("a", 65): false, "a b": false, "a\nb": false, "é": false, `"`: false,
	} {
		w := get(t, h, "/", RequestIDHeader, given)
		answered := w.Header().Get(RequestIDHeader)
		if answered != seen || seen == "" || (seen == given) != kept {
			t.Errorf("%q: seen %q, answered %q", given, seen, answered)
		}
	}
	if RequestID(t.Context()) != "" {
		t.Error("a context without a request has an id")
	}
}

func TestLoggerCarriesTheRequestID(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, err := NewLogger(&out, "messages", "json", "info")
	if err != nil {
		t.Fatal(err)
	}
	h := WithRequestID(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		log.With("a", 1).WithGroup("g").InfoContext(r.Context(), "hello")
		log.DebugContext(r.Context(), "unheard")
	}))
	get(t, h, "/", RequestIDHeader, "id-1")
	if s := out.String(); !strings.Contains(s, `"request_id":"id-1"`) || !strings.Contains(s, `"service":"messages"`) || strings.Contains(s, "unheard") {
		t.Errorf("logged %s", s)
	}
	for _, bad := range [][2]string{{"xml", "info"}, {"text", "loud"}} {
		if _, err := NewLogger(&out, "x", bad[0], bad[1]); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
	if _, err := NewLogger(&out, "x", "text", slog.LevelDebug.String()); err != nil {
		t.Error(err)
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s.sock")
	if err := os.WriteFile(path, nil, 0o600); err != nil { // as a killed process leaves it
		t.Fatal(err)
	}
	listeners, err := Listen(t.Context(), net.ListenConfig{}, "127.0.0.1:0, unix:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if len(listeners) != 2 || listeners[0].Addr().Network() != "tcp" || listeners[1].Addr().String() != path {
		t.Errorf("listens on %v", listeners)
	}
	if err := Close(listeners); err != nil {
		t.Error(err)
	}
	for _, addr := range []string{"127.0.0.1:99999", "unix:/nowhere/at/all", "nonsense", "", "127.0.0.1:0,nonsense"} {
		if l, err := Listen(t.Context(), net.ListenConfig{}, addr); err == nil {
			_ = Close(l)
			t.Errorf("listens on %q", addr)
		}
	}
	if s := NewServer(http.NotFoundHandler()); s.ReadHeaderTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes == 0 || s.WriteTimeout != 0 {
		t.Errorf("server %+v", s)
	}
}
