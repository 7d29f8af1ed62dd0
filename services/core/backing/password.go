package backing

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Passwords are those that stand in files of their own, where a container or a
// process list doesn't show them. As a part of a service's configuration they
// are read by the names of their tags; a password is "" where no file is named.
type Passwords struct {
	Database string `env:"DATABASE_PASSWORD_FILE,file"`
	Redis    string `env:"REDIS_PASSWORD_FILE,file"`
}

// PutInto puts the passwords into the URLs, in place of any that these have. A
// URL for which there is no password stays as it is. An error tells neither.
func (p Passwords) PutInto(databaseURL, redisURL *string) error {
	return errors.Join(
		putPassword(databaseURL, p.Database, "DATABASE_URL"),
		putPassword(redisURL, p.Redis, "REDIS_URL"),
	)
}

func putPassword(text *string, password, name string) error {
	password = strings.TrimRight(password, "\r\n") // a file ends its line
	if password == "" {
		return nil
	}
	first, others := cutHosts(*text)
	u, err := url.Parse(first)
	if err != nil || u.Host == "" {
		return fmt.Errorf("%s is no URL that a password could be put into", name)
	}
	u.User = url.UserPassword(u.User.Username(), password)
	u.Host = strings.Join(append([]string{u.Host}, others...), ",")
	*text = u.String()
	return nil
}
