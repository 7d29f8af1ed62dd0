package load

import (
	"context"
	"net"
	"net/http"
	"time"
)

const (
	dialPatience = 3 * time.Second
	slowBuffer   = 32 << 10 // bytes that a slow reader's kernel takes for it
)

// The clients of streams: a connection each.
var (
	streamClient = newClient(nil)
	slowClient   = newClient(func(conn *net.TCPConn) error { return conn.SetReadBuffer(slowBuffer) })
)

func newClient(prepare func(*net.TCPConn) error) *http.Client {
	dialer := &net.Dialer{Timeout: dialPatience}
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives:  true,
		DisableCompression: true,
		WriteBufferSize:    1 << 10,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, addr)
			if tcp, ok := conn.(*net.TCPConn); ok && err == nil && prepare != nil {
				err = prepare(tcp)
			}
			return conn, err
		},
	}}
}
