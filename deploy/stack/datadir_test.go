package stack

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestCanEnterFollowsPermissionBits(t *testing.T) {
	t.Parallel()
	base, err := os.MkdirTemp("", "parley-enter-") //nolint:usetesting // t.TempDir is closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	dir := filepath.Join(base, "inner")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	owner := &syscall.Credential{Uid: uint32(os.Getuid()), Gid: uint32(os.Getgid())}
	grouped := &syscall.Credential{Uid: 54321, Gid: 54321, Groups: []uint32{uint32(os.Getgid())}}
	other := &syscall.Credential{Uid: 54321, Gid: 54321}
	for _, row := range []struct {
		mode                   os.FileMode
		owner, grouped, others bool
	}{
		{0o755, true, true, true},
		{0o750, true, true, false},
		{0o700, true, false, false},
		{0o701, true, false, true},
	} {
		if err := os.Chmod(base, row.mode); err != nil {
			t.Fatal(err)
		}
		got := [3]bool{canEnter(owner, dir), canEnter(grouped, dir), canEnter(other, dir)}
		if want := [3]bool{row.owner, row.grouped, row.others}; got != want {
			t.Errorf("mode %o: owner, group, others enter: %v, want %v", row.mode, got, want)
		}
	}
}
