package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A request that is sent for ever, a byte now and then, is ended after 10 s
// and a few for the answer to get through.
const (
	dripEvery    = 500 * time.Millisecond
	dripPatience = 20 * time.Second
	drippers     = 300 // at once
)

func TestDrippedRequestsAreCut(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	room := newRoom(t, user)
	const host = " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	cookie := "Cookie: parley_session=" + user.Cookie + "\r\n"
	heads := []struct{ name, head, drop string }{
		{"sign-in", "POST /login" + host + "Content-Length: 1000\r\n\r\n", "x"},
		{"chunked sign-in", "POST /login" + host + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},
		{"message", "POST /chat/" + room + "/messages" + host + cookie + "Content-Length: 1000\r\n\r\n", "x"},
		{"a chunk's length", "POST /chat/" + room + "/messages" + host + cookie + "Transfer-Encoding: chunked\r\n\r\n", "0"},
		{"body of a GET", "GET /chat/" + room + "/messages" + host + cookie + "Content-Length: 1000\r\n\r\n", "x"},
		{"body to a stream", "POST /chat/" + room + "/stream" + host + cookie + "Content-Length: 1000\r\n\r\n", "x"},
		{"chunks to a stream", "GET /chat/" + room + "/stream" + host + "Transfer-Encoding: chunked\r\n\r\n", "0"},
		{"head", "POST /login" + host, "X: y\r\n"},
		{"line", "GET /", "x"},
	}
	cut := make(chan error, drippers)
	for i := range drippers {
		row := heads[i%len(heads)]
		go func() {
			took, err := drip(row.head, row.drop)
			if err == nil && took > dripPatience {
				err = fmt.Errorf("%s: held for %s", row.name, took)
			}
			cut <- err
		}()
	}
	// Meanwhile others are served as ever.
	answer, err := user.PostJSON(patient(t), "/chat/"+room+"/messages", map[string]string{"body": "hi"})
	want(t, answer, err, http.StatusCreated, "")
	for range drippers {
		if err := <-cut; err != nil {
			t.Error(err)
		}
	}
}

// drip sends head, and then drop after drop, and returns when the connection
// was closed by the other side.
func drip(head, drop string) (took time.Duration, err error) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(parley.URL(), "http://"))
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	began := time.Now()
	if _, err := io.WriteString(conn, head); err != nil {
		return 0, err
	}
	for time.Since(began) < dripPatience+dripEvery {
		<-time.After(dripEvery)
		if _, err := io.WriteString(conn, drop); err != nil {
			break // it is closed: the second write after that learns of it
		}
	}
	return time.Since(began), nil
}
