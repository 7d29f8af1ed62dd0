package app

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// slowly opens a stream on a socket that takes in little at a time.
func (b *testBundle) slowly(path, cookie string) net.Conn {
	b.t.Helper()
	dialer := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
	}}
	conn, err := dialer.DialContext(b.t.Context(), "tcp", strings.TrimPrefix(b.url, "http://"))
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = conn.Close() })
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\nCookie: parley_session=%s\r\n\r\n", path, cookie)
	return conn
}

// fullCabinet makes a private room of ada's, whose replay is more than sockets hold.
func (b *testBundle) fullCabinet() {
	b.t.Helper()
	b.privateRoom("cabinet")
	b.member("ada", "cabinet", true)
	b.sql(`
		INSERT INTO messages (room, id, revision, username, body)
		SELECT 'cabinet', n, n, 'ada', repeat('<', 4000) FROM generate_series(1, 300) AS n`)
	b.sql(`UPDATE rooms SET head = 300 WHERE name = 'cabinet'`)
}

// A session takes one replay at a time: whoever takes nothing of theirs would
// hold up the others for as long as they like.
func TestWhoTakesNoReplayLosesTheirPlace(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	b.fullCabinet()
	first := bufio.NewReader(b.slowly("/chat/cabinet/stream?after=0", string(ada)))
	if _, err := first.Peek(1); err != nil { // it has begun
		t.Fatal(err)
	}
	c := b.listen("/chat/cabinet/stream?after=0", ada, "") // of the same session
	for id := range 300 {
		c.want(fmt.Sprint("room.cabinet ", id+1))
	}
	c.want("ready 300")
}

// A page of a replay has up to 2.4 MB, which somebody who reads slowly takes
// for as long as they like.
func TestARemovalEndsAReplayInTheMiddleOfAPage(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	b.fullCabinet()

	from := bufio.NewReaderSize(b.slowly("/chat/cabinet/stream?after=0", string(ada)), 4096)
	if _, err := io.CopyN(io.Discard, from, 64<<10); err != nil {
		t.Fatal(err)
	}
	b.member("ada", "cabinet", false)
	for began, ended := time.Now(), false; !ended; {
		if time.Since(began) > 2*endTime { // what was on the way takes a while, too
			t.Fatal("the replay goes on")
		}
		_, err := io.CopyN(io.Discard, from, 16<<10)
		ended = err != nil
		<-time.After(200 * time.Millisecond)
	}
}
