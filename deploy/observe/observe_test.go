package observe

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func promtool(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "promtool", args...).CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	promtool(t, "check", "rules", "alerts.yml")
	promtool(t, "test", "rules", "alerts_test.yml")
}

func TestConfig(t *testing.T) {
	t.Parallel()
	promtool(t, "check", "config", "--syntax-only", "prometheus.yml")
}

// Prometheus has no password: nobody but this machine may reach it.
func TestPrometheusIsPublishedOnLoopbackAlone(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	ports := regexp.MustCompile(`(?m)^ *(?:ports:|network_mode:|- "?[0-9]).*$`).FindAllString(string(text), -1)
	if len(ports) != 1 || !strings.Contains(ports[0], `["127.0.0.1:${PROMETHEUS_PORT:-9090}:9090"]`) {
		t.Errorf("published: %q", ports)
	}
	for _, want := range []string{"mem_limit: ", "read_only: true", "cap_drop: [ALL]", "max-size: "} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s", want)
		}
	}
}

// Each alert says what to do, is fired by a test, and is not by another.
func TestAlertsAreTestedAndSayWhatToDo(t *testing.T) {
	t.Parallel()
	rules, err := os.ReadFile("alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	tests, err := os.ReadFile("alerts_test.yml")
	if err != nil {
		t.Fatal(err)
	}
	alerts := regexp.MustCompile(`(?s)- alert: (\w+)\n(.*?)(?:\n\n|$)`).FindAllStringSubmatch(string(rules), -1)
	if want := strings.Count(string(rules), "- alert: "); len(alerts) != want {
		t.Fatalf("%d alerts read, there are %d", len(alerts), want)
	}
	for _, alert := range alerts {
		for _, field := range []string{"severity: ", "summary: ", "action: "} {
			if strings.Count(alert[2], field) != 1 {
				t.Errorf("%s has no %q", alert[1], field)
			}
		}
		fires := regexp.MustCompile(`alertname: ` + alert[1] + `\n +exp_alerts:\n`).MatchString(string(tests))
		quiet := strings.Contains(string(tests), "alertname: "+alert[1]+", exp_alerts: []")
		if !fires || !quiet {
			t.Errorf("%s: fired by a test: %t, kept quiet by one: %t", alert[1], fires, quiet)
		}
	}
}

// Prometheus's own parser reads every query of the dashboards.
func TestDashboardsQueriesAreValid(t *testing.T) {
	t.Parallel()
	boards, err := Dashboards(".")
	if err != nil {
		t.Fatal(err)
	}
	var rules strings.Builder
	rules.WriteString("groups:\n  - name: dashboards\n    rules:\n")
	n := 0
	for _, b := range boards {
		for _, p := range b.Panels {
			for _, target := range p.Targets {
				n++
				query := strings.ReplaceAll(target.Expr, "$__rate_interval", "5m")
				fmt.Fprintf(&rules, "      - {record: query_%d, expr: %q}\n", n, query)
			}
		}
	}
	if n == 0 {
		t.Fatal("the dashboards ask nothing")
	}
	file := filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(file, []byte(rules.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "check", "rules", "--lint=none", file)
}

// What Grafana would quietly do without, or show over one another.
func TestDashboardsAreSound(t *testing.T) {
	t.Parallel()
	boards, err := Dashboards(".")
	if err != nil {
		t.Fatal(err)
	}
	uids := make(map[string]bool)
	for _, b := range boards {
		if b.UID == "" || uids[b.UID] || b.Title == "" || b.Description == "" || b.SchemaVersion < 39 || len(b.Panels) == 0 {
			t.Errorf("%s: uid %q, title %q, schema %d, %d panels", b.File, b.UID, b.Title, b.SchemaVersion, len(b.Panels))
		}
		if list := b.Templating.List; len(list) != 1 || list[0].Name != "source" || list[0].Type != "datasource" || list[0].Query != "prometheus" {
			t.Errorf("%s: the reader can't choose a Prometheus: %+v", b.File, b.Templating)
		}
		uids[b.UID] = true
		panelsAreSound(t, b)
	}
}

func panelsAreSound(t *testing.T, b Dashboard) {
	t.Helper()
	ids := make(map[int]bool)
	for i, p := range b.Panels {
		if p.ID < 1 || ids[p.ID] || p.Title == "" {
			t.Errorf("%s: panel %d, %q", b.File, p.ID, p.Title)
		}
		ids[p.ID] = true
		if fault := faultOf(p); fault != "" {
			t.Errorf("%s: %q %s", b.File, p.Title, fault)
		}
		for _, other := range b.Panels[:i] {
			if overlap(p.GridPos, other.GridPos) {
				t.Errorf("%s: %q lies on %q", b.File, p.Title, other.Title)
			}
		}
	}
}

func faultOf(p Panel) string {
	if g := p.GridPos; g.X < 0 || g.W < 1 || g.X+g.W > 24 || g.H < 1 || g.Y < 0 {
		return fmt.Sprintf("lies at %+v", g)
	}
	if p.Type == "row" {
		return ""
	}
	if !slices.Contains([]string{"timeseries", "stat", "table"}, p.Type) {
		return "is of type " + p.Type
	}
	chosen := source{"prometheus", "${source}"}
	if p.Description == "" || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 || p.Datasource != chosen {
		return "lacks a description, a unit, a query or a source"
	}
	refs := make(map[string]bool)
	for _, target := range p.Targets {
		if target.RefID == "" || refs[target.RefID] || target.Expr == "" || target.Datasource != chosen {
			return fmt.Sprintf("has the query %+v", target)
		}
		refs[target.RefID] = true
	}
	return ""
}

func overlap(a, b Place) bool {
	return a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H
}
