package backing_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"parley/core/backing"
	"parley/testkit"
)

// A Redis whose certificate an authority of our own has signed, and that wants
// one of ours, is believed by ca_file, and believes cert_file and key_file.
func TestRedisByTLSWithFiles(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	cert, key := ca.issue(t, "127.0.0.1")
	port, err := testkit.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	testkit.Redis(t, fmt.Sprintf("tls-port %d", port), "tls-auth-clients yes",
		"tls-ca-cert-file "+ca.file, "tls-cert-file "+cert, "tls-key-file "+key)
	ping := func(host string, files url.Values) error {
		client, err := backing.Redis(fmt.Sprintf("rediss://%s:%d/0?%s", host, port, files.Encode()), "test")
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		return client.Ping(t.Context()).Err()
	}
	all := url.Values{"ca_file": {ca.file}, "cert_file": {cert}, "key_file": {key}}
	if err := ping("127.0.0.1", all); err != nil {
		t.Error(err)
	}
	var unknown *tls.CertificateVerificationError
	if err := ping("127.0.0.1", url.Values{"ca_file": {newAuthority(t).file}}); !errors.As(err, &unknown) {
		t.Errorf("signed by somebody else: %v", err)
	}
	if err := ping("localhost", all); !errors.As(err, &unknown) {
		t.Errorf("another name than the certificate's: %v", err)
	}
	if err := ping("127.0.0.1", url.Values{"ca_file": {ca.file}}); err == nil {
		t.Error("a server that wants our certificate does without")
	}
}

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "an authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a := &authority{cert: cert, key: key}
	a.file = write(t, "CERTIFICATE", a.sign(t, cert, key))
	return a
}

func (a *authority) sign(t *testing.T, cert *x509.Certificate, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, cert, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// issue returns the files of a certificate for an address, and of its key.
func (a *authority) issue(t *testing.T, ip string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der := a.sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.ParseIP(ip)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, private)
	secret, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, "CERTIFICATE", der), write(t, "EC PRIVATE KEY", secret)
}

func write(t *testing.T, kind string, der []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "it.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
