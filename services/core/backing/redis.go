package backing

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis returns a client for a URL: of one server, of the master that Sentinels
// name, or of a Cluster. It doesn't connect yet. Commands fail within about a
// second when Redis is away: it is a hint, and nobody waits for a hint.
//
//	redis://[[user]:password@]host[:6379][/database]
//	redis+sentinel://[[user]:password@]host[:26379][,host…]/master[/database]
//	redis+cluster://[[user]:password@]host[:6379][,host…]
//
// The schemes rediss, rediss+sentinel and rediss+cluster are the same by TLS.
// The options of go-redis's ParseURL, ParseFailoverURL and ParseClusterURL may
// follow, as a query, and these:
//
//	ca_file                              whose certificates are believed, instead of the system's authorities
//	cert_file, key_file                  our own certificate, where the server wants one
//	sentinel_username, sentinel_password for the Sentinels; user and password are for Redis
func Redis(text, service string) (redis.UniversalClient, error) {
	t, err := parseRedis(text)
	if err != nil {
		return nil, err
	}
	name := strings.ReplaceAll(service, " ", "-") // Redis takes no space in it
	switch {
	case t.cluster != nil:
		return t.openCluster(name), nil
	case t.sentinel != nil:
		return t.openSentinel(name), nil
	}
	return t.openServer(name), nil
}

// CheckRedis returns what is wrong with a Redis URL, or with the files that it
// names. The error doesn't repeat the URL, which may have a password in it.
func CheckRedis(text string) error {
	_, err := parseRedis(text)
	return err
}

// Sharded reports whether a client's Redis is a Cluster: publishes go to the
// shard of their channel there, by SPUBLISH, and only SSUBSCRIBE hears them.
func Sharded(client redis.UniversalClient) bool {
	_, ok := client.(*redis.ClusterClient)
	return ok
}

// Node returns a client of one server of a Cluster, by its host:port.
func Node(client *redis.ClusterClient, addr string) *redis.Client {
	o := client.Options()
	return redis.NewClient(&redis.Options{
		Addr: addr, ClientName: o.ClientName, Username: o.Username, Password: o.Password,
		Dialer: o.Dialer, TLSConfig: o.TLSConfig, Protocol: o.Protocol,
		DialTimeout: redisPatience, ReadTimeout: redisPatience, WriteTimeout: redisPatience, PoolTimeout: redisPatience,
		DialerRetries: 1, MaxRetries: -1, ContextTimeoutEnabled: true, DisableIdentity: true,
		PipelinePoolSize: -1, PoolSize: o.PoolSize,
	})
}

// EachMaster runs f with a client of the server, or of each master of a Cluster,
// at once. It returns the first error.
func EachMaster(ctx context.Context, client redis.UniversalClient, f func(context.Context, *redis.Client) error) error {
	switch client := client.(type) {
	case *redis.ClusterClient:
		return client.ForEachMaster(ctx, f)
	case *redis.Client:
		return f(ctx, client)
	}
	return fmt.Errorf("%T is no client of ours", client)
}

const (
	redisPatience = time.Second // for one step: to connect, to write, to read
	noRetry       = -1          // a publish sent twice helps nobody
	noPool        = -1
	// topologyEvery is how often a Cluster's client asks who has which slots. It
	// does so too when a server redirects it, but not when one is gone.
	topologyEvery = time.Second
)

func (t *target) openServer(name string) *redis.Client {
	o := t.server
	o.ClientName = name
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = redisPatience, redisPatience, redisPatience, redisPatience
	o.MaxRetries = noRetry
	o.ContextTimeoutEnabled = true
	o.DisableIdentity = true // CLIENT SETINFO, a right more that nobody needs
	o.Dialer = redisDialer(o.TLSConfig)
	return redis.NewClient(o)
}

func (t *target) openSentinel(name string) *redis.Client {
	o := t.sentinel
	o.ClientName = name
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = redisPatience, redisPatience, redisPatience, redisPatience
	o.MaxRetries, o.DialerRetries = noRetry, 1
	o.ContextTimeoutEnabled = true
	o.DisableIdentity = true // CLIENT SETINFO, a right more that nobody needs
	o.Dialer = redisDialer(o.TLSConfig)
	return redis.NewFailoverClient(o)
}

func (t *target) openCluster(name string) *redis.ClusterClient {
	o := t.cluster
	o.ClientName = name
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = redisPatience, redisPatience, redisPatience, redisPatience
	o.MaxRetries, o.DialerRetries = noRetry, 1
	o.ContextTimeoutEnabled = true
	o.DisableIdentity = true // CLIENT SETINFO, a right more that nobody needs
	o.ClusterStateReloadInterval = topologyEvery
	o.Dialer = redisDialer(o.TLSConfig)
	return redis.NewClusterClient(o)
}

// redisDialer returns how to reach a server: by TLS if there is a configuration,
// whose server is then asked to be who it was dialled as.
func redisDialer(config *tls.Config) func(context.Context, string, string) (net.Conn, error) {
	if config != nil { // a dialer of one's own has to see to it
		return (&tls.Dialer{NetDialer: dialer(), Config: config}).DialContext
	}
	return dialer().DialContext
}
