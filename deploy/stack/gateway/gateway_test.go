package gateway

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"parley/testkit"
)

const patience = 30 * time.Second

// bundle is a gateway before services that hold what they are asked for.
type bundle struct {
	t    *testing.T
	addr string
	held chan struct{} // gets one for each request that a service holds
	free chan struct{} // closed: the services hold nothing any more
	once sync.Once
}

// start starts the gateway as if a proxy stood before it, so that a test can
// be many clients. Each test has a gateway of its own. more is what listen.conf
// has besides.
func start(t *testing.T, unlimited bool, more ...string) *bundle {
	t.Helper()
	port, err := testkit.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{t: t, addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), held: make(chan struct{}, 5000), free: make(chan struct{})}
	dir := t.TempDir()
	g := Gateway{
		Dir: dir, Conf: "../../../nginx.conf", Listen: []string{b.addr}, Unlimited: unlimited,
		Messages: []string{b.serve()}, Streams: []string{b.serve()},
	}
	if err := g.Write(); err != nil {
		t.Fatal(err)
	}
	before := g.listeners() + "set_real_ip_from 127.0.0.1;\nreal_ip_header X-Forwarded-For;\n" + strings.Join(more, "")
	if err := os.WriteFile(filepath.Join(dir, "listen.conf"), []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd, err := g.Command()
	if err != nil {
		t.Fatal(err)
	}
	process, err := testkit.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.release()
		if err := process.Stop(syscall.SIGTERM, patience); err != nil {
			t.Error(err)
		}
	})
	err = process.Await(t.Context(), patience, func(ctx context.Context) error {
		if status := b.ask(ctx, http.MethodGet, "/", "203.0.113.99").status; status != http.StatusOK {
			return fmt.Errorf("status %d", status)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// serve starts a service that holds requests for /hold and streams, and
// answers all others. It returns its address.
func (b *bundle) serve() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: patience, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hold", "/chat/stream":
		case "/missing":
			w.WriteHeader(http.StatusNotFound)
			return
		default:
			return
		}
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		b.held <- struct{}{}
		select {
		case <-b.free:
		case <-r.Context().Done():
		}
	})}
	go func() { _ = server.Serve(l) }()
	b.t.Cleanup(func() { _ = server.Close() })
	return l.Addr().String()
}

func (b *bundle) release() { b.once.Do(func() { close(b.free) }) }

// hold asks n times at once for what is held, until the services hold
// want of them, and returns the answers to the others.
func (b *bundle) hold(path, from string, n, want int) []answer {
	b.t.Helper()
	answers := make(chan answer, n)
	for range n {
		go func() { answers <- b.ask(b.t.Context(), http.MethodGet, path, from) }()
	}
	deadline := time.After(patience)
	var others []answer
	for held := 0; held+len(others) < n || held < want; {
		select {
		case <-b.held:
			held++
		case a := <-answers:
			others = append(others, a)
		case <-deadline:
			b.t.Fatalf("%d of %d requests for %s are held, want %d; %d answered", held, n, path, want, len(others))
		}
	}
	return others
}

type answer struct {
	status int
	header http.Header
	body   string
	err    error
}

// The client has a connection for each request that is under way.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: patience}

func (b *bundle) ask(ctx context.Context, method, path, from string) answer {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+b.addr+path, nil)
	if err != nil {
		return answer{err: err}
	}
	req.Header.Set("X-Forwarded-For", from)
	resp, err := client.Do(req)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	body := make([]byte, 512)
	n, _ := resp.Body.Read(body) // a held answer has none
	return answer{resp.StatusCode, resp.Header, string(body[:n]), nil}
}

// untilRefused asks until the gateway refuses, and returns how often it did not.
func (b *bundle) untilRefused(method, path, from string) int {
	b.t.Helper()
	for n, began := 0, time.Now(); time.Since(began) < patience; n++ {
		switch a := b.ask(b.t.Context(), method, path, from); a.status {
		case http.StatusOK:
		case http.StatusTooManyRequests:
			return n
		default:
			b.t.Fatalf("%s %s: %+v", method, path, a)
		}
	}
	b.t.Fatalf("%s %s is never refused", method, path)
	return 0
}

// untilAnswered asks until the gateway doesn't refuse: it learns a moment later
// than we that a request has ended.
func (b *bundle) untilAnswered(from string) {
	b.t.Helper()
	for began := time.Now(); time.Since(began) < patience; {
		if b.ask(b.t.Context(), http.MethodGet, "/", from).status == http.StatusOK {
			return
		}
		<-time.After(20 * time.Millisecond)
	}
	b.t.Fatalf("%s is refused for good", from)
}
