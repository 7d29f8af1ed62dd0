package proc

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Machine describes where something was measured, one line each.
func Machine(dir string) []string {
	return []string{
		fmt.Sprintf("%d × %s, %s", runtime.NumCPU(), cpuModel(), memory()),
		"Linux " + firstLine(run("uname", "-r")) + ", " + osName() + tracking(),
		strings.Join([]string{
			runtime.Version(),
			"nginx " + version(run("nginx", "-v")),
			"Redis " + version(run("redis-server", "--version")),
			"Postgres " + version(run(postgresProgram(), "--version")),
		}, "; "),
		fmt.Sprintf("database on %s; write and fdatasync of 8 KB there: %s", fileSystem(dir), syncTime(dir)),
	}
}

func cpuModel() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func memory() string {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return "unknown memory"
	}
	_, value, _ := strings.Cut(firstLine(string(text)), ":")
	kb, err := kilobytes(value)
	if err != nil {
		return "unknown memory"
	}
	return fmt.Sprintf("%.0f GB", float64(kb)/(1<<30))
}

func osName() string {
	text, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return "unknown system"
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return "unknown system"
}

// tracking tells of a packet filter that looks at every segment, as Docker makes
// it do: each write costs about a tenth more then, whoever writes.
func tracking() string {
	text, err := os.ReadFile("/proc/sys/net/netfilter/nf_conntrack_count")
	if count := strings.TrimSpace(string(text)); err == nil && count != "0" {
		return ", connections tracked by its packet filter"
	}
	return ""
}

// postgresProgram finds the server, which Debian keeps out of PATH.
func postgresProgram() string {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		return "postgres"
	}
	return found[len(found)-1]
}

var versionPattern = regexp.MustCompile(`[0-9]+(\.[0-9]+)+`)

// version returns what looks like a version in what a program says of itself.
func version(text string) string {
	if found := versionPattern.FindString(text); found != "" {
		return found
	}
	return "of an unknown version"
}

// run returns what a program says, on either output; its name if it can't be run.
func run(program string, args ...string) string {
	for _, path := range []string{program, "/usr/sbin/" + program} {
		if out, err := exec.Command(path, args...).CombinedOutput(); err == nil {
			return string(out)
		}
	}
	return program + " ?"
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSpace(line)
}

func fileSystem(dir string) string {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		return "an unknown file system"
	}
	names := map[int64]string{0xef53: "ext4", 0x58465342: "xfs", 0x9123683e: "btrfs", 0x01021994: "tmpfs", 0x794c7630: "overlayfs", 0x2fc12fc1: "zfs"}
	if name, ok := names[int64(stat.Type)]; ok { //nolint:unconvert // narrower on other processors
		return name
	}
	return fmt.Sprintf("file system %#x", stat.Type)
}

// syncTime returns the median time in which 8 KB get to the disk: what a commit
// waits for.
func syncTime(dir string) string {
	file, err := os.CreateTemp(dir, "sync")
	if err != nil {
		return "unknown"
	}
	defer func() { _ = os.Remove(file.Name()) }() // in a folder that goes anyway
	defer file.Close()
	block := make([]byte, 8<<10)
	var took []time.Duration
	for range 200 {
		began := time.Now()
		if _, err := file.WriteAt(block, 0); err != nil {
			return "unknown"
		}
		if err := syscall.Fdatasync(int(file.Fd())); err != nil {
			return "unknown"
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2].Round(time.Microsecond).String()
}
