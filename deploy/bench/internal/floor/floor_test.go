package floor

import (
	"bufio"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/testkit"
)

func TestFloorSaysToAllWhatIsPosted(t *testing.T) {
	t.Parallel()
	port, err := testkit.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port))
	go func() { t.Error(Serve(addr)) }()
	base := "http://127.0.0.1:" + strconv.Itoa(port)
	client := &http.Client{Timeout: 10 * time.Second}

	var streams [3]*bufio.Reader
	for i := range streams {
		streams[i] = bufio.NewReader(get(t, client, base).Body)
	}
	for n := 1; n <= 2; n++ {
		resp, err := client.Post(base, "application/json", strings.NewReader(`{"body":"hello"}`))
		if err != nil || resp.StatusCode != http.StatusCreated {
			t.Fatal(resp, err)
		}
		resp.Body.Close()
		for _, stream := range streams {
			await(t, stream, "id: "+strconv.Itoa(n))
			await(t, stream, `"body":"hello"}`)
		}
	}
}

// get opens a stream of a server that may not listen yet.
func get(t *testing.T, client *http.Client, url string) *http.Response {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; {
		resp, err := client.Get(url)
		if err == nil {
			t.Cleanup(func() { resp.Body.Close() })
			return resp
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func await(t *testing.T, stream *bufio.Reader, text string) {
	t.Helper()
	for {
		line, err := stream.ReadString('\n')
		if err != nil {
			t.Fatalf("waiting for %q: %s", text, err)
		}
		if strings.Contains(line, text) {
			return
		}
	}
}
