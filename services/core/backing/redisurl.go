package backing

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/redis/go-redis/v9"
)

// target is what a Redis URL names: one of the three.
type target struct {
	server   *redis.Options
	sentinel *redis.FailoverOptions
	cluster  *redis.ClusterOptions
}

// The kinds of Redis that a scheme may name behind its +.
const (
	kindSentinel = "sentinel"
	kindCluster  = "cluster"
)

// parseRedis reads a Redis URL. Its error doesn't repeat the URL, which may have
// a password in it.
func parseRedis(text string) (*target, error) {
	t, err := parseTarget(text)
	if malformed := (*url.Error)(nil); errors.As(err, &malformed) {
		err = malformed.Err
	}
	if err != nil && cutsPassword(text) {
		err = errCutPassword // what is wrong may be a piece of the password
	}
	if err != nil {
		return nil, fmt.Errorf("parse REDIS_URL: %w", err)
	}
	return t, nil
}

var errCutPassword = errors.New("in a user's name or password, / ? and # are written %2F, %3F and %23")

// cutsPassword reports whether what stands before the hosts seems to have one of
// the characters at which they end.
func cutsPassword(text string) bool {
	_, rest, _ := strings.Cut(text, "://")
	end := strings.IndexAny(rest, "/?#@")
	return end >= 0 && rest[end] != '@' && end < strings.LastIndexByte(rest, '@')
}

func parseTarget(text string) (*target, error) {
	first, others := cutHosts(text)
	u, err := url.Parse(first)
	if err != nil {
		return nil, err
	}
	protocol, kind, _ := strings.Cut(u.Scheme, "+")
	if protocol != "redis" && protocol != "rediss" || kind != "" && kind != kindSentinel && kind != kindCluster || strings.HasSuffix(u.Scheme, "+") {
		return nil, fmt.Errorf("its scheme is %q: want redis, redis+sentinel or redis+cluster, or rediss… for TLS", u.Scheme)
	}
	files, err := cutFiles(u)
	if err != nil {
		return nil, err
	}
	u.Scheme = protocol
	t := &target{}
	switch kind {
	case kindSentinel:
		t.sentinel, err = parseSentinel(u, others)
	case kindCluster:
		t.cluster, err = parseCluster(u, others)
	default:
		t.server, err = parseServer(u, others)
	}
	if err != nil {
		return nil, err
	}
	return t, t.secure(files)
}

func parseServer(u *url.URL, others []string) (*redis.Options, error) {
	if len(others) > 0 {
		return nil, errors.New("redis:// names one server: for more, use redis+sentinel:// or redis+cluster://")
	}
	return redis.ParseURL(u.String())
}

// parseSentinel hands go-redis what it wants: Sentinels where we have them, and
// all else in the query.
func parseSentinel(u *url.URL, others []string) (*redis.FailoverOptions, error) {
	master, database, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if master == "" {
		return nil, errors.New("redis+sentinel:// wants the name of the master behind the hosts: redis+sentinel://host,host/mymaster")
	}
	query := u.Query()
	query.Set("master_name", master)
	query.Set("username", u.User.Username())
	password, _ := u.User.Password()
	query.Set("password", password)
	u.User = url.UserPassword(query.Get("sentinel_username"), query.Get("sentinel_password"))
	query.Del("sentinel_username")
	query.Del("sentinel_password")
	u.Path = "/" + database
	if err := setHosts(u, query, others, "26379"); err != nil {
		return nil, err
	}
	return redis.ParseFailoverURL(u.String())
}

func parseCluster(u *url.URL, others []string) (*redis.ClusterOptions, error) {
	if path := strings.Trim(u.Path, "/"); path != "" && path != "0" {
		return nil, fmt.Errorf("a Cluster has only database 0, not %q", path)
	}
	if err := setHosts(u, u.Query(), others, "6379"); err != nil {
		return nil, err
	}
	return redis.ParseClusterURL(u.String())
}

// setHosts puts hosts into a URL as go-redis has them: the first where a host
// belongs, the others in the query.
func setHosts(u *url.URL, query url.Values, others []string, defaultPort string) error {
	for i, host := range append([]string{u.Host}, others...) {
		one, err := url.Parse("redis://" + host)
		if err != nil {
			return err
		}
		if one.Hostname() == "" || one.Host != host {
			return fmt.Errorf("host %d of %d is %q: want host or host:port", i+1, len(others)+1, host)
		}
		port := one.Port()
		if port == "" {
			port = defaultPort
		}
		addr := net.JoinHostPort(one.Hostname(), port)
		if i == 0 {
			u.Host = addr
			continue
		}
		query.Add("addr", addr)
	}
	u.RawQuery = query.Encode()
	return nil
}

// cutHosts cuts all hosts but the first out of a URL: url.Parse knows one.
func cutHosts(text string) (first string, others []string) {
	const mark = "://"
	begin := strings.Index(text, mark)
	if begin < 0 {
		return text, nil
	}
	begin += len(mark)
	end := len(text)
	if i := strings.IndexAny(text[begin:], "/?#"); i >= 0 {
		end = begin + i
	}
	begin += strings.LastIndexByte(text[begin:end], '@') + 1
	host, rest, more := strings.Cut(text[begin:end], ",")
	if !more {
		return text, nil
	}
	return text[:begin] + host + text[end:], strings.Split(rest, ",")
}

// files are those of certificates.
type files struct{ ca, cert, key string }

// cutFiles takes the names of files out of a URL's query.
func cutFiles(u *url.URL) (files, error) {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return files{}, errors.New("what follows the ? is no list of name=value")
	}
	f := files{query.Get("ca_file"), query.Get("cert_file"), query.Get("key_file")}
	for _, name := range []string{"ca_file", "cert_file", "key_file"} {
		query.Del(name)
	}
	u.RawQuery = query.Encode()
	if f != (files{}) && !strings.HasPrefix(u.Scheme, "rediss") {
		return files{}, errors.New("ca_file, cert_file and key_file are for TLS: want rediss")
	}
	return f, nil
}

// secure has the connections use the files, and each server be asked to be who
// it was dialled as: there are several, and go-redis would have all be the first.
func (t *target) secure(f files) error {
	var config *tls.Config
	switch {
	case t.cluster != nil:
		config = t.cluster.TLSConfig
	case t.sentinel != nil:
		config = t.sentinel.TLSConfig
	default:
		config = t.server.TLSConfig
	}
	if config == nil {
		return nil
	}
	config.ServerName = ""
	config.MinVersion = tls.VersionTLS12
	if f.ca != "" {
		pem, err := os.ReadFile(f.ca)
		if err != nil {
			return fmt.Errorf("read ca_file: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return fmt.Errorf("read ca_file: there is no certificate in %s", f.ca)
		}
	}
	if f.cert != "" || f.key != "" {
		pair, err := tls.LoadX509KeyPair(f.cert, f.key)
		if err != nil {
			return fmt.Errorf("read cert_file and key_file: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return nil
}
