package chaos

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"parley/core/session"
)

// clientFaults are those of clients that others must not notice.
func clientFaults() []Fault {
	return []Fault{
		{Name: "half-open clients at the gateway", On: []string{"nginx"}, Strike: func(ctx context.Context, b *Blow) error {
			return halfOpen(ctx, b, strings.TrimPrefix(b.Parley.URL(), "http://"))
		}},
		{Name: "half-open clients at stream", On: []string{"stream-N"}, Strike: func(ctx context.Context, b *Blow) error {
			addr, err := b.Parley.Addr(ctx, b.part("stream-N"))
			if err != nil {
				return err
			}
			return halfOpen(ctx, b, addr)
		}},
		{Name: "everybody cut at once", Strike: func(ctx context.Context, b *Blow) error {
			for range 3 {
				b.Run.CutAll()
				if err := b.Run.AwaitPosts(ctx, 3); err != nil {
					return err
				}
			}
			return nil
		}},
	}
}

const (
	mutes      = 60
	muteBuffer = 2 << 10 // bytes that a kernel takes for one who doesn't read
)

// halfOpen opens streams from the beginning of the hot room that nobody ever
// reads: to the other side, a client whose machine hangs looks like that.
func halfOpen(ctx context.Context, b *Blow, addr string) (err error) {
	var open []net.Conn
	defer func() {
		for _, conn := range open {
			_ = conn.Close() // the other side may have done so
		}
	}()
	for range mutes {
		conn, err := mute(ctx, addr, b.Run.Rooms[0], b.Site.Users[0].Cookie)
		if err != nil {
			return err
		}
		open = append(open, conn)
	}
	return errors.Join(b.Run.AwaitPosts(ctx, 20), b.last(ctx))
}

func mute(ctx context.Context, addr, room, cookie string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("open half: %w", err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		err = tcp.SetReadBuffer(muteBuffer)
	}
	_, writeErr := fmt.Fprintf(conn, "GET /chat/%s/stream?after=0 HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nAccept: text/event-stream\r\n\r\n",
		room, addr, (&http.Cookie{Name: session.CookieName, Value: cookie}).String()) //nolint:gosec // a request says no more of a cookie
	if err := errors.Join(err, writeErr); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}
