package fanout

import "net"

// socket is a stream's connection as its loop uses it. There are two kinds: a
// bare descriptor in an epoll set, on Linux, and a net.Conn with goroutines of
// its own, elsewhere.
type socket interface {
	// write writes what is taken now, and doesn't keep b; blocked says that it
	// was less than b. The poller's await then tells when to go on.
	write(b []byte) (n int, blocked bool, err error)
	// discard reads away what a client sends on its stream, where nothing is
	// expected. It reports whether the peer has closed.
	discard() (gone bool)
	close() error
}

// poller tells which of a loop's sockets were closed, and which of those that
// were blocked became writable.
type poller interface {
	// detach takes a connection over. Whether it fails or not, conn is used up.
	detach(conn net.Conn) (socket, error)
	// watch begins to report on a socket; h comes back in its readiness.
	watch(s socket, h handle) error
	// await begins to report when a watched socket is writable, or ends it.
	await(s socket, h handle, writable bool) error
	// wait blocks until some sockets are ready, and appends them to list. It
	// returns an error that wraps os.ErrClosed after close.
	wait(list []readiness) ([]readiness, error)
	close() error
}

// readiness is what a poller says of one socket.
type readiness struct {
	handle
	writable bool
	readable bool
	gone     bool // closed or reset by the peer
}
