package stack

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// secret is a password in a file that only this account reads, which is how
// the services are told it.
type secret struct{ path, value string }

// secrets are the passwords of a stack, made at its first start.
type secrets struct {
	owner secret // of the database
	app   secret // of the services' role
	redis secret
}

func (s *Stack) prepareSecrets() error {
	dir := filepath.Join(s.cfg.Dir, "secrets")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make folder for secrets: %w", err)
	}
	for name, to := range map[string]*secret{"database-owner": &s.secrets.owner, "database-app": &s.secrets.app, "redis": &s.secrets.redis} {
		var err error
		if *to, err = keepSecret(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// keepSecret reads the secret at path, or makes it.
func keepSecret(path string) (secret, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = makeSecret(path)
	}
	if err != nil {
		return secret{}, fmt.Errorf("keep secret: %w", err)
	}
	value := strings.TrimSpace(string(text))
	if value == "" {
		return secret{}, fmt.Errorf("keep secret: %s is empty: remove it, and another is made", path)
	}
	return secret{path, value}, nil
}

// makeSecret puts the file in place in one step, so that it is never half there.
func makeSecret(path string) ([]byte, error) {
	var random [24]byte
	_, _ = rand.Read(random[:]) // it never fails
	text := append(base64.RawURLEncoding.AppendEncode(nil, random[:]), '\n')
	fresh := path + ".new"
	if err := os.WriteFile(fresh, text, 0o600); err != nil {
		return nil, err
	}
	return text, os.Rename(fresh, path)
}
