// Package systemd tests the units, scripts and files of one box without
// starting any: what can be seen before a server runs them. The rest is tried by
// `make e2e-systemd`.
package systemd

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestScriptsAreChecked(t *testing.T) {
	t.Parallel()
	run(t, "shellcheck", "-x", "-P", "SCRIPTDIR", "-S", "warning", "install.sh", "parley", "parley-backup", "parley-certificate", "release.sh", "box/try.sh", "../e2e/tls/try.sh",
		"../compose/gateway.sh", "../compose/certificate.sh", "../images/build.sh")
}

// programs are the programs of a unit, which are not on this machine.
var programs = regexp.MustCompile(`(?m)^(Exec[A-Za-z]*=)/(usr/local/lib/parley|usr/sbin/nginx)\S*`)

// prepare copies the units to a folder of their own, with programs that exist.
func prepare(t *testing.T) (units []string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("units")); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.*"))
	if err != nil || len(names) < 7 {
		t.Fatalf("%d units, %v", len(names), err)
	}
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || info.IsDir() {
			continue
		}
		text := programs.ReplaceAllString(read(t, name), "${1}/bin/true")
		instance := strings.Replace(name, "@.", "@1.", 1)
		if err := os.WriteFile(instance, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if instance != name {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
		units = append(units, instance)
	}
	return units
}

func TestUnitsAreUnderstood(t *testing.T) {
	t.Parallel()
	out := run(t, "systemd-analyze", append([]string{"verify", "--man=no", "--recursive-errors=no"}, prepare(t)...)...)
	if out != "" {
		t.Error(out)
	}
}

// What systemd-analyze calls exposure goes from 0 to 100; a unit that says
// nothing has 96.
func TestServicesAreHardened(t *testing.T) {
	t.Parallel()
	const most = "25"
	for _, unit := range prepare(t) {
		if strings.HasSuffix(unit, ".service") {
			run(t, "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold="+most, unit)
		}
	}
}

// A service has the memory here that it has in compose.
func TestMemoryIsAsInCompose(t *testing.T) {
	t.Parallel()
	_, compose, _ := strings.Cut(read(t, "../../docker-compose.yml"), "\nservices:\n")
	for _, service := range []string{"messages", "stream"} {
		unit := read(t, "units/parley-"+service+"@.service")
		_, theirs, found := strings.Cut(compose, "\n  "+service+":\n")
		if !found {
			t.Fatalf("compose has no %s", service)
		}
		for _, row := range []struct{ here, there string }{
			{`MemoryMax=(\S+)`, `mem_limit: (\S+)`}, {`GOMEMLIMIT=(\S+)`, `GOMEMLIMIT: (\S+)`},
		} {
			if here, there := find(t, unit, row.here), find(t, theirs, row.there); !strings.EqualFold(here, there) {
				t.Errorf("%s: %s here, %s in compose", service, here, there)
			}
		}
	}
}

// systemd kills what has not stopped by itself by then.
func TestServicesMayDrain(t *testing.T) {
	t.Parallel()
	const after = 3 * time.Second // shutdownTime of stream
	drain := find(t, read(t, "../../services/stream/internal/app/config.go"), `env:"DRAIN_TIME"\s+envDefault:"(\w+)"`)
	stop := find(t, read(t, "../../services/messages/internal/app/app.go"), `stopTimeout\s+= (\d+) \* time.Second`)
	for service, needed := range map[string]time.Duration{
		"stream": duration(t, drain) + after, "messages": duration(t, stop+"s"),
	} {
		given := duration(t, find(t, read(t, "units/parley-"+service+"@.service"), `TimeoutStopSec=(\w+)`))
		if given < needed*3/2 {
			t.Errorf("%s has %s to stop, and needs %s", service, given, needed)
		}
	}
}

// Postgres and Redis are told the same as in compose.
func TestBackingIsAsInCompose(t *testing.T) {
	t.Parallel()
	compose := read(t, "../../docker-compose.yml")
	var theirs []string
	for _, setting := range regexp.MustCompile(`-c, (\w+=\w[\w.]*)`).FindAllStringSubmatch(compose, -1) {
		theirs = append(theirs, strings.Replace(setting[1], "=", " = ", 1))
	}
	if here := settings(read(t, "etc/postgresql.conf")); len(theirs) < 8 || here != strings.Join(theirs, "\n") {
		t.Errorf("Postgres here:\n%s\nin compose:\n%s", here, strings.Join(theirs, "\n"))
	}
	_, script, _ := strings.Cut(read(t, "../compose/redis.sh"), "<<END\n")
	script, _, _ = strings.Cut(script, "END\n")
	_, script, _ = strings.Cut(script, "\n") // requirepass
	here := settings(read(t, "etc/redis.conf"))
	if _, here, _ = strings.Cut(here, "port 6390\n"); here != strings.TrimSpace(script) {
		t.Errorf("Redis here:\n%s\nin compose:\n%s", here, script)
	}
}

// settings are the lines of a file that are no comments.
func settings(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// The gateway's files are made from deploy/nginx: only where they listen, and
// whom they believe, is another.
func TestGatewayHasTheFilesOfAll(t *testing.T) {
	t.Parallel()
	tls, redirect, proxied := read(t, "../nginx/tls.conf"), read(t, "../nginx/redirect.conf"), read(t, "../nginx/proxied.conf")
	listens := regexp.MustCompile(`(?m)^ *listen .*\n`)
	if here := shell(t, "", "listeners ../nginx"); listens.ReplaceAllString(here, "") != listens.ReplaceAllString(tls, "") {
		t.Errorf("listen.conf is not tls.conf:\n%s", here)
	}
	here := shell(t, "", "upstreams ../nginx")
	if !strings.HasSuffix(listens.ReplaceAllString(here, ""), listens.ReplaceAllString(redirect, "")) {
		t.Errorf("upstreams.conf does not end as redirect.conf:\n%s", here)
	}
	for _, socket := range []string{"messages-1", "messages-2", "stream-1", "stream-3"} {
		if !strings.Contains(here, "server unix:/run/parley/"+socket+"/http.sock max_fails=0;\n") {
			t.Errorf("upstreams.conf lacks %s:\n%s", socket, here)
		}
	}
	here = shell(t, "192.0.2.10,2001:db8::/32", "listeners ../nginx")
	trusted := "set_real_ip_from  192.0.2.10;\nset_real_ip_from  2001:db8::/32;\n"
	if want := "listen 8080 backlog=4096;\n" + strings.Replace(proxied, "set_real_ip_from  172.16.0.0/12;\n", trusted, 1); here != want {
		t.Errorf("listen.conf behind a proxy:\n%s\nwant:\n%s", here, want)
	}
}

func TestGatewayListensWhereBrowsersAsk(t *testing.T) {
	t.Parallel()
	other := regexp.MustCompile(`(?m)^ *listen (\[::\]:)?8\d{3}\b`)
	for call, want := range map[string]string{
		"listeners ../nginx": `(?m)^listen 443 ssl http2 backlog=4096;`, "upstreams ../nginx": `(?m)^    listen 80;$`,
	} {
		if here := shell(t, "", call); !regexp.MustCompile(want).MatchString(here) || other.MatchString(here) {
			t.Errorf("%s:\n%s", call, here)
		}
	}
}

// shell calls a function of common.sh with two replicas of messages and three of
// stream.
func shell(t *testing.T, proxy, call string) string {
	t.Helper()
	return run(t, "bash", "-euo", "pipefail", "-c", ". ./common.sh; MESSAGES=2 STREAMS=3 PROXY=$1; "+call, "bash", proxy)
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

func find(t *testing.T, text, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no %s", pattern)
	}
	return found[len(found)-1]
}

func duration(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
