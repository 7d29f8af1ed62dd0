package backing_test

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"parley/core/backing"
)

// A rediss URL is spoken to by TLS: nothing goes over the wire in the clear, and
// a certificate that nobody vouches for is refused.
func TestRedisByTLS(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(nil) // for its certificate
	server.StartTLS()
	defer server.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	shaken := make(chan error, 100) // of each attempt
	go func() {
		defer close(shaken)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
			shaken <- tls.Server(conn, &tls.Config{Certificates: server.TLS.Certificates}).HandshakeContext(t.Context())
			_ = conn.Close()
		}
	}()
	client, err := backing.Redis("rediss://:secret@"+l.Addr().String()+"/0", "test")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var unknown *tls.CertificateVerificationError
	if err := client.Ping(t.Context()).Err(); !errors.As(err, &unknown) {
		t.Errorf("a certificate of nobody's: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	for err := range shaken {
		var notTLS tls.RecordHeaderError
		if err == nil || errors.As(err, &notTLS) {
			t.Errorf("the server saw %v, which is no refusal of its certificate", err)
		}
	}
}
