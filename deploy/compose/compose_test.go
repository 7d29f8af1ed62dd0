// Package compose tests what docker-compose.yml promises, without a container:
// what must not be forgotten when a service is added.
package compose

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// services returns the text of each service.
func services(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	_, body, found := strings.Cut(string(text), "\nservices:\n")
	body, _, ended := strings.Cut(body, "\nnetworks:\n")
	if !found || !ended {
		t.Fatal("no services")
	}
	all := make(map[string]string)
	names := regexp.MustCompile(`(?m)^  ([a-z]+):$`)
	marks := names.FindAllStringSubmatchIndex(body, -1)
	for i, mark := range marks {
		end := len(body)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		all[body[mark[2]:mark[3]]] = body[mark[1]:end]
	}
	return all
}

var (
	image     = regexp.MustCompile(`(?m)^    image: \$\{[A-Z_]+:-([^}]+)\}$`)
	exact     = regexp.MustCompile(`^[a-z]+:\d+\.\d+(\.\d+)?$`)
	bound     = regexp.MustCompile(`(?m)^    mem_limit: (\d+)([mg])$`)
	collected = regexp.MustCompile(`(?m)^      GOMEMLIMIT: (\d+)MiB$`)
)

func TestServicesAreBoundedAndPinned(t *testing.T) {
	t.Parallel()
	all := services(t)
	for _, name := range []string{"secrets", "postgres", "redis", "migrate", "messages", "stream", "nginx"} {
		if all[name] == "" {
			t.Errorf("there is no service %s", name)
		}
	}
	for name, text := range all {
		found := image.FindStringSubmatch(text)
		if found == nil || !strings.HasPrefix(found[1], "parley/") && !exact.MatchString(found[1]) {
			t.Errorf("%s: the version of its image is not exact: %q", name, found)
		}
		memory := bound.FindStringSubmatch(text)
		if memory == nil {
			t.Errorf("%s: its memory is not bounded", name)
			continue
		}
		if name == "messages" || name == "stream" {
			collectsInTime(t, name, text, megabytes(t, memory[1], memory[2]))
		}
		if published := strings.Contains(text, "\n    ports:"); published != (name == "nginx") {
			t.Errorf("%s: is reached from outside: %t", name, published)
		}
	}
}

// collectsInTime checks that Go collects before the kernel kills.
func collectsInTime(t *testing.T, name, text string, memory int) {
	t.Helper()
	limit := collected.FindStringSubmatch(text)
	if limit == nil {
		t.Errorf("%s has no GOMEMLIMIT", name)
		return
	}
	if n := megabytes(t, limit[1], "m"); n > memory*86/100 || n < memory*80/100 {
		t.Errorf("%s: GOMEMLIMIT is %d of %d MiB", name, n, memory)
	}
}

func megabytes(t *testing.T, number, unit string) int {
	t.Helper()
	n, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	if unit == "g" {
		n *= 1024
	}
	return n
}

// Whoever is let in by trust needs no password.
func TestNobodyIsTrusted(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"../../docker-compose.yml", "postgres.sh", "redis.sh", "secrets.sh"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			line, _, _ = strings.Cut(line, "#")
			if regexp.MustCompile(`\btrust\b|HOST_AUTH_METHOD|protected-mode no|nopass`).MatchString(line) {
				t.Errorf("%s: %s", file, line)
			}
		}
	}
}
