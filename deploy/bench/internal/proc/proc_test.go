package proc

import (
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

func TestTreeHasTheChildrenOfChildren(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("sh", "-c", "sh -c 'read line; exit' & wait")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { in.Close(); cmd.Wait() }()
	for deadline := time.Now().Add(5 * time.Second); ; {
		tree, err := Tree(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(tree, cmd.Process.Pid) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d is not among %v", cmd.Process.Pid, tree)
		}
	}
}

func TestCPUGrowsWithWork(t *testing.T) {
	t.Parallel()
	before, err := CPU(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	x := 1
	for began := time.Now(); time.Since(began) < 100*time.Millisecond; {
		x = x*31 + 1
	}
	after, err := CPU(os.Getpid())
	if err != nil || after-before < 20*time.Millisecond {
		t.Errorf("%s after 100 ms of work (%d): %v", after-before, x, err)
	}
}

func TestPSSGrowsWithMemory(t *testing.T) {
	t.Parallel()
	before, err := PSS(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 64<<20)
	for i := range block {
		block[i] = byte(i)
	}
	after, err := PSS(os.Getpid())
	if err != nil || after-before < 60<<20 {
		t.Errorf("%d bytes more: %v", after-before, err)
	}
	if rss, err := RSS(os.Getpid()); err != nil || rss < after {
		t.Errorf("%d bytes resident, of which our share is %d: %v", rss, after, err)
	}
	if block[100] != 100 {
		t.Error("memory is broken")
	}
	if kernel, err := KernelMemory(); err != nil || kernel == 0 {
		t.Error(kernel, err)
	}
}
