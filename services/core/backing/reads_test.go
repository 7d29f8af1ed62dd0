package backing_test

import (
	"slices"
	"strings"
	"testing"

	"parley/core/backing"
)

func TestReadURLs(t *testing.T) {
	t.Parallel()
	const a, b = "postgres://app@a:5432/parley?sslmode=disable", "postgres://app@b:5432/parley?sslmode=disable"
	withPassword := func(url string) string { return strings.Replace(url, "app@", "app:d%2F%40@", 1) }
	for _, row := range []struct {
		list, file, password string
		want                 []string
	}{
		{"", "", "", nil},
		{" \n", "\n", "secret", nil},
		{a, "", "", []string{a}},
		{a + "," + b, "", "", []string{a, b}},
		{a + " , " + b + ",", "", "", []string{a, b}},
		{a, b + "\n", "", []string{a, b}},
		{"", a + "\n" + b + "\n", "d/@\n", []string{withPassword(a), withPassword(b)}},
	} {
		got, err := backing.Reads{List: row.list, File: row.file}.URLs(backing.Passwords{Database: row.password})
		if err != nil || !slices.Equal(got, row.want) {
			t.Errorf("%q and %q: %q, %v", row.list, row.file, got, err)
		}
	}
	for _, bad := range []string{"postgres://host:port/x", "postgres://a/x?default_query_exec_mode=exec", a + " nonsense"} {
		if got, err := (backing.Reads{List: bad}).URLs(backing.Passwords{Database: "secret"}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %q, %v", bad, got, err)
		}
	}
}

// A URL may name the hosts of a primary and of who may follow it, by commas.
func TestSeveralHosts(t *testing.T) {
	t.Parallel()
	const hosts = "postgres://app@a:5432,b:5433/parley?sslmode=disable&target_session_attrs=read-write"
	database, redis := hosts, "redis://redis:6379/0"
	if err := (backing.Passwords{Database: "d/@"}).PutInto(&database, &redis); err != nil || database != strings.Replace(hosts, "app@", "app:d%2F%40@", 1) {
		t.Errorf("%s, %v", database, err)
	}
	if err := backing.CheckURL(database); err != nil {
		t.Error(err)
	}
}
