package app

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// begin sends the head of a request, and waits until the service has let it in
// and asks for its body. What it returns sends that, and returns the answer's
// status.
func (c *client) begin(method, path, body string) (end func() int) {
	c.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: parley\r\nCookie: parley_session=%s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n",
		method, path, c.cookie, len(body))
	from := bufio.NewReader(conn)
	for _, want := range []string{"HTTP/1.1 100 Continue\r\n", "\r\n"} {
		if line, err := from.ReadString('\n'); line != want {
			c.t.Fatalf("%s %s: %q, %v", method, path, line, err)
		}
	}
	return func() int {
		c.t.Helper()
		fmt.Fprint(conn, body)
		answer, err := http.ReadResponse(from, nil)
		if err != nil {
			c.t.Fatal(err)
		}
		defer answer.Body.Close()
		return answer.StatusCode
	}
}

// Whoever gets hold of a session for a moment could begin requests with it,
// and end them after it has ended.
func TestARequestThatOutlivesItsSessionChangesNothing(t *testing.T) {
	t.Parallel()
	b, all := everybody(t)
	owner := all["owner"]
	ends := make(map[string]func() int)
	for path, body := range map[string]string{
		"PATCH /me": `{"display_name":"late"}`, "PATCH /people/member": `{"role":"admin"}`, "POST /invites": `{"uses":7}`,
		"POST /chat": `{"name":"late"}`, "PATCH /chat/general": `{"title":"late"}`,
	} {
		method, path, _ := strings.Cut(path, " ")
		ends[path] = owner.begin(method, path, body)
	}
	if a := owner.post("/logout", nil); a.status != 204 {
		t.Fatalf("sign out: %d %s", a.status, a.body)
	}
	for path, end := range ends {
		if status := end(); status != 401 {
			t.Errorf("%s: %d", path, status)
		}
	}
	for _, changed := range []string{
		`SELECT count(*) FROM users WHERE display_name <> '' OR username = 'member' AND role = 'admin'`,
		`SELECT count(*) FROM invites WHERE uses = 7`,
		`SELECT count(*) FROM rooms WHERE name = 'late' OR title = 'late'`,
	} {
		if n := count(t, b, changed); n != 0 {
			t.Errorf("%d: %s", n, changed)
		}
	}
}
