package testkit

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// rights are the lines of the handbook that make Redis's users.
var rights = regexp.MustCompile(`(?m)^user (\S+) on >PASSWORD .*$`)

// DocumentedUser returns the line of docs/operating.md that makes a user of
// Redis, with a password of "secret".
func DocumentedUser(t testing.TB, user string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "docs", "operating.md"))
		if err != nil {
			continue
		}
		for _, found := range rights.FindAllStringSubmatch(string(text), -1) {
			if found[1] == user {
				return strings.Replace(found[0], "PASSWORD", "secret", 1)
			}
		}
	}
	t.Fatalf("docs/operating.md makes no user %s", user)
	return ""
}

// As returns a Redis URL for a user of [DocumentedUser].
func As(user, url string) string { return strings.Replace(url, "://", "://"+user+":secret@", 1) }

// Denied returns what servers have denied to anybody so far, by their ACL LOG.
func Denied(t testing.TB, servers ...*RedisServer) (all []string) {
	t.Helper()
	for _, server := range servers { // a test asks once its service has stopped
		client := server.Client()
		entries, err := client.ACLLog(context.WithoutCancel(t.Context()), 100).Result()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			all = append(all, fmt.Sprintf("%s: %s %s (%s) to %s", server.addr(), e.Reason, e.Object, e.Context, e.Username))
		}
		_ = client.Close()
	}
	return all
}

// Keys returns how many keys servers have of a pattern.
func Keys(t testing.TB, pattern string, servers ...*RedisServer) (n int) {
	t.Helper()
	for _, server := range servers {
		client := server.Client()
		keys, err := client.Keys(t.Context(), pattern).Result()
		if err != nil {
			t.Fatal(err)
		}
		n += len(keys)
		_ = client.Close()
	}
	return n
}
