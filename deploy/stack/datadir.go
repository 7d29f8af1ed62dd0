package stack

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"parley/testkit"
)

// elsewhere is where databases go whose stack lies in a folder that Postgres
// can't enter.
const elsewhere = "/var/lib/parley"

// databaseDir returns where the database is kept: the folder postgres of the
// stack. Postgres refuses to be root, so where we are, it runs as an account
// that may not be able to get there (a checkout in /root); the database is
// elsewhere then, and the folder a link to it.
func (s *Stack) databaseDir() (string, error) {
	dir := filepath.Join(s.cfg.Dir, "postgres")
	if target, err := filepath.EvalSymlinks(dir); err == nil {
		return target, nil
	}
	who, err := testkit.Credential("postgres")
	if err != nil {
		return "", err
	}
	if who == nil || canEnter(who, s.cfg.Dir) {
		return dir, nil
	}
	sum := sha256.Sum256([]byte(s.cfg.Dir))
	target := filepath.Join(elsewhere, hex.EncodeToString(sum[:6]))
	if err := os.MkdirAll(target, 0o755); err != nil {
		return "", fmt.Errorf("make folder for the database: %w", err)
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("replace link to the database: %w", err)
	}
	if err := os.Symlink(target, dir); err != nil {
		return "", fmt.Errorf("link to the database: %w", err)
	}
	s.log.printf("stack", "account postgres can't enter %s: the database is in %s", s.cfg.Dir, target)
	return target, nil
}

// canEnter reports whether the account may pass through every folder down to
// dir, by their permission bits.
func canEnter(who *syscall.Credential, dir string) bool {
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil || !mayPass(who, info) {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

func mayPass(who *syscall.Credential, dir os.FileInfo) bool {
	const owner, group, others = 0o100, 0o010, 0o001
	stat, ok := dir.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return false
	case stat.Uid == who.Uid:
		return dir.Mode()&owner != 0
	case stat.Gid == who.Gid || slices.Contains(who.Groups, stat.Gid):
		return dir.Mode()&group != 0
	}
	return dir.Mode()&others != 0
}
