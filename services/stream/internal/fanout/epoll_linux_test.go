package fanout

import (
	"io"
	"net"
	"path/filepath"
	"testing"
)

// A Unix socket becomes writable whenever its peer reads. That must not wake
// anybody who was not refused a write.
func TestReadingPeerWakesNobody(t *testing.T) {
	t.Parallel()
	p, sock, peer := watchUnix(t)
	if _, blocked, err := sock.write([]byte("frame")); blocked || err != nil {
		t.Fatalf("blocked %t, %v", blocked, err)
	}
	if _, err := io.ReadFull(peer, make([]byte, len("frame"))); err != nil {
		t.Fatal(err)
	}
	if err := peer.Close(); err != nil { // else there would be nothing to wait for
		t.Fatal(err)
	}
	if r := waitOne(t, p); r.writable || !r.gone {
		t.Errorf("reported %+v, want only that it is gone", r)
	}
}

func TestBlockedSocketIsAwaited(t *testing.T) {
	t.Parallel()
	p, sock, peer := watchUnix(t)
	h := handle{slot: 1, gen: 2}
	for range 2 {
		taken, blocked := 0, false
		for chunk := make([]byte, 4<<10); !blocked; {
			n, full, err := sock.write(chunk)
			if err != nil {
				t.Fatal(err)
			}
			taken, blocked = taken+n, full
		}
		// The peer reads before anybody waits: that must not be missed.
		if _, err := io.CopyN(io.Discard, peer, int64(taken)); err != nil {
			t.Fatal(err)
		}
		if err := p.await(sock, h, true); err != nil {
			t.Fatal(err)
		}
		if r := waitOne(t, p); !r.writable || r.gone || r.handle != h {
			t.Errorf("reported %+v, want %v writable", r, h)
		}
		if err := p.await(sock, h, false); err != nil {
			t.Fatal(err)
		}
	}
}

// watchUnix returns one end of a Unix connection as a watched socket, and the other.
func watchUnix(t *testing.T) (*epoll, socket, net.Conn) {
	t.Helper()
	config := ListenConfig()
	listener, err := config.Listen(t.Context(), "unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	peer, err := net.Dial("unix", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = peer.Close() })
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	p, err := newEpoll()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.close() })
	sock, err := p.detach(conn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sock.close() })
	if err := p.watch(sock, handle{slot: 1, gen: 2}); err != nil {
		t.Fatal(err)
	}
	return p, sock, peer
}

func waitOne(t *testing.T, p *epoll) readiness {
	t.Helper()
	list, err := p.wait(nil)
	if err != nil || len(list) != 1 {
		t.Fatalf("reported %+v, %v; want one socket", list, err)
	}
	return list[0]
}
