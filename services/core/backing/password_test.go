package backing_test

import (
	"strings"
	"testing"

	"parley/core/backing"
)

func TestPasswordsOfFiles(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ database, redis, wantDatabase, wantRedis string }{
		{"", "", "postgres://parley_app@db:5432/parley?sslmode=disable", "redis://redis:6379/0"},
		{"d/@:\n", "r%\r\n", "postgres://parley_app:d%2F%40%3A@db:5432/parley?sslmode=disable", "redis://:r%25@redis:6379/0"},
		{"\n", "new", "postgres://parley_app@db:5432/parley?sslmode=disable", "redis://:new@redis:6379/0"},
	} {
		database, redis := "postgres://parley_app@db:5432/parley?sslmode=disable", "redis://redis:6379/0"
		p := backing.Passwords{Database: row.database, Redis: row.redis}
		if err := p.PutInto(&database, &redis); err != nil || database != row.wantDatabase || redis != row.wantRedis {
			t.Errorf("%+v: %s, %s, %v", p, database, redis, err)
		}
	}
	for url, want := range map[string]string{
		"redis+cluster://ada@a:1,b,[::1]:3":       "redis+cluster://ada:new@a:1,b,[::1]:3",
		"rediss+sentinel://ada:old@a,b:2/m/0?x=y": "rediss+sentinel://ada:new@a,b:2/m/0?x=y",
	} {
		database := ""
		if err := (backing.Passwords{Redis: "new"}).PutInto(&database, &url); err != nil || url != want {
			t.Errorf("%s, %v; want %s", url, err, want)
		}
	}
	for _, bad := range []string{"", "host=db user=parley", "postgres://db:x/parley?secret"} {
		database, redis := bad, "redis://redis:6379/0"
		err := backing.Passwords{Database: "secret"}.PutInto(&database, &redis)
		if err == nil || strings.Contains(err.Error(), "secret") || database != bad {
			t.Errorf("%q became %q: %v", bad, database, err)
		}
	}
}
