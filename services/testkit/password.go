package testkit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Protect gives postgres a password, and lets nobody in without one. It must be
// called before the first start. A cluster that had none, or another, gets this
// one. The password must be of letters, digits, - and _.
func (s *PostgresServer) Protect(password string) { s.password = password }

// rules is the file that says who is let in: by TCP, with a password.
func (s *PostgresServer) rules() string { return filepath.Join(s.dir, "pg_hba.conf") }

// noted is the file that tells which password the cluster has, by its digest.
func (s *PostgresServer) noted() string { return filepath.Join(s.dir, "password.sha256") }

func (s *PostgresServer) digest() string {
	sum := sha256.Sum256([]byte(s.password))
	return hex.EncodeToString(sum[:])
}

// setPassword sets the password unless the cluster has it. It goes by way of a
// server that listens to nobody but its input.
func (s *PostgresServer) setPassword(ctx context.Context) error {
	if s.password == "" {
		return nil
	}
	if err := os.WriteFile(s.rules(), []byte("host all,replication all 127.0.0.1/32 scram-sha-256\n"), 0o644); err != nil {
		return fmt.Errorf("write who is let in to Postgres: %w", err)
	}
	digest, err := os.ReadFile(s.noted())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read which password Postgres has: %w", err)
	}
	if string(digest) == s.digest() {
		return nil
	}
	cmd, said, err := s.command("postgres", "--single", "-D", s.data(), "-c", "password_encryption=scram-sha-256", "postgres")
	if err != nil {
		return err
	}
	said.out = nil
	cmd.Stdin = strings.NewReader("ALTER ROLE postgres PASSWORD '" + s.password + "'\n")
	if err := finish(ctx, cmd); err != nil {
		return fmt.Errorf("set password of Postgres: %w\n%s", err, said)
	}
	return nil
}

// notePassword is called once the server has let us in with the password.
func (s *PostgresServer) notePassword() error {
	if s.password == "" {
		return nil
	}
	if err := os.WriteFile(s.noted(), []byte(s.digest()), 0o600); err != nil {
		return fmt.Errorf("note which password Postgres has: %w", err)
	}
	return nil
}
