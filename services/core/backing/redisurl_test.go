package backing

import (
	"fmt"
	"strings"
	"testing"
)

func TestRedisURLs(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"redis://redis":                                                   "server redis:6379 db 0 user  password  tls false",
		"redis://:p%40@redis:1/2":                                         "server redis:1 db 2 user  password p@ tls false",
		"rediss://ada:p@redis":                                            "server redis:6379 db 0 user ada password p tls true",
		"redis+cluster://a":                                               "cluster a:6379 user  password  tls false",
		"redis+cluster://ada:p%2C@a:1,b,[::1]:3/0":                        "cluster a:1,b:6379,[::1]:3 user ada password p, tls false",
		"rediss+cluster://a,b/?pool_size=7":                               "cluster a:6379,b:6379 user  password  tls true",
		"redis+sentinel://a,b/main":                                       "sentinel a:26379,b:26379 of main db 0 user  password  as   tls false",
		"rediss+sentinel://ada:p@a:1,[::1]/main/3":                        "sentinel a:1,[::1]:26379 of main db 3 user ada password p as   tls true",
		"redis+sentinel://:p@a/m?sentinel_password=q":                     "sentinel a:26379 of m db 0 user  password p as  q tls false",
		"redis+sentinel://a/m?sentinel_username=w&sentinel_password=q%26": "sentinel a:26379 of m db 0 user  password  as w q& tls false",
	} {
		parsed, err := parseRedis(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		var got string
		switch {
		case parsed.server != nil:
			o := parsed.server
			got = fmt.Sprintf("server %s db %d user %s password %s tls %t", o.Addr, o.DB, o.Username, o.Password, o.TLSConfig != nil)
		case parsed.cluster != nil:
			o := parsed.cluster
			got = fmt.Sprintf("cluster %s user %s password %s tls %t", strings.Join(o.Addrs, ","), o.Username, o.Password, o.TLSConfig != nil)
		default:
			o := parsed.sentinel
			got = fmt.Sprintf("sentinel %s of %s db %d user %s password %s as %s %s tls %t", strings.Join(o.SentinelAddrs, ","), o.MasterName, o.DB,
				o.Username, o.Password, o.SentinelUsername, o.SentinelPassword, o.TLSConfig != nil)
		}
		if got != want {
			t.Errorf("%s:\n%s, want\n%s", url, got, want)
		}
	}
}

// Each error says what is wrong, and none has the password in it.
func TestRedisURLsThatAreWrong(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"":                                 "scheme",
		"redis":                            "scheme",
		"://:secret@host":                  "scheme",
		"http://:secret@host":              "scheme",
		"redis+://:secret@host":            "scheme",
		"redis+ring://:secret@host":        "scheme",
		"http+cluster://:secret@host":      "scheme",
		"redis://:secret@host:port":        "port",
		"redis://:secret@host/%zz":         "%zz",
		"redis://:secret@host/database":    "database",
		"redis://:secret@a,b":              "names one server",
		"redis://:secret@a?x=1":            "option",
		"redis+cluster://:secret@":         "host 1 of 1",
		"redis+cluster://:secret@a,,b":     "host 2 of 3",
		"redis+cluster://:secret@a,b:x":    "port",
		"redis+cluster://:secret@a,b/1":    "database 0",
		"redis+cluster://:secret@a?x=1":    "option",
		"redis+cluster://:secret@a?x;y":    "name=value",
		"redis+sentinel://:secret@a,b":     "name of the master",
		"redis+sentinel://:secret@a,b/m/x": "database",
		"redis+sentinel://:secret@a/m?x=1": "option",
		"redis://:secret/1@host":           "%2F",
		"redis://ada:12/secret@host/0":     "%2F",
		"redis://ada:12?secret@host":       "%3F",
		"redis+cluster://ada:secret/@a,b":  "%2F",
		"redis+cluster://ada:1/secret@a,b": "%2F",
		"redis+sentinel://:1/secret@a,b/m": "%2F",
		"redis://a?ca_file=/ca.pem":        "want rediss",
		"rediss://a?ca_file=/no/ca.pem":    "/no/ca.pem",
		"rediss://:p@a?ca_file=/no/c@.pem": "/no/c@.pem",
		"rediss://a?ca_file=/dev/null":     "no certificate",
		"rediss://a?cert_file=/no/c.pem":   "cert_file",
	} {
		err := CheckRedis(url)
		switch {
		case err == nil:
			t.Errorf("%s is taken", url)
		case !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret"):
			t.Errorf("%s: %v; want %q said, and no secret", url, err, want)
		}
	}
}

func FuzzRedisURL(f *testing.F) {
	for _, url := range []string{"redis://:p@a:1/0", "redis+cluster://u:p@a,b", "rediss+sentinel://a,b/m/0?sentinel_password=x", "redis://[::1]"} {
		f.Add(url)
	}
	f.Fuzz(func(t *testing.T, url string) {
		if parsed, err := parseRedis(url); err == nil && parsed.server == nil && parsed.cluster == nil && parsed.sentinel == nil {
			t.Error("it names nothing")
		}
	})
}
