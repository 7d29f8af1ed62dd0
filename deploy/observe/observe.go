// Package observe reads what is written in PromQL here: the dashboards and the
// alert rules. Tests compare it with what the services show.
//
//	dashboards/*.json   for Grafana 10 or newer: import, and choose a Prometheus
//	alerts.yml          rules of alerts; alerts_test.yml fires each
//	prometheus.yml      what `make up OBSERVE=1` scrapes
package observe

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Expr is a query, and where it stands.
type Expr struct{ Where, Text string }

// Expressions returns the queries of all dashboards and alert rules in dir. It
// fails for a dashboard that is no JSON, and where there is none.
func Expressions(dir string) ([]Expr, error) {
	boards, err := Dashboards(dir)
	if err != nil {
		return nil, err
	}
	var all []Expr
	for _, b := range boards {
		for _, p := range b.Panels {
			for _, t := range p.Targets {
				all = append(all, Expr{b.File + ": " + p.Title, t.Expr})
			}
		}
	}
	rules, err := os.ReadFile(filepath.Join(dir, "alerts.yml"))
	if err != nil {
		return nil, fmt.Errorf("read alerts: %w", err)
	}
	return append(all, ruleExpressions(string(rules))...), nil
}

var (
	alertLine = regexp.MustCompile(`^ *- alert: (\w+)$`)
	exprLine  = regexp.MustCompile(`^( *)expr: (.*)$`)
)

// ruleExpressions finds the rules' queries, on the line of expr or, after a |,
// on the lines below that are indented more.
func ruleExpressions(rules string) (all []Expr) {
	alert, indent, inside := "", 0, false
	for line := range strings.Lines(rules) {
		line = strings.TrimRight(line, "\n")
		if found := alertLine.FindStringSubmatch(line); found != nil {
			alert, inside = found[1], false
			continue
		}
		if found := exprLine.FindStringSubmatch(line); found != nil {
			indent, inside = len(found[1]), found[2] == "|"
			text := found[2]
			if inside {
				text = ""
			}
			all = append(all, Expr{"alerts.yml: " + alert, text})
			continue
		}
		if inside = inside && len(line)-len(strings.TrimLeft(line, " ")) > indent; inside {
			all[len(all)-1].Text += strings.TrimSpace(line) + "\n"
		}
	}
	return all
}

// Dashboard is what is looked at of Grafana's model of one.
type Dashboard struct {
	File          string `json:"-"`
	UID           string `json:"uid"`
	Title         string `json:"title"`
	Description   string `json:"description"`
	SchemaVersion int    `json:"schemaVersion"`
	Panels        []Panel
	Templating    struct {
		List []struct{ Name, Type, Query string }
	}
}

// Panel is one picture of a dashboard, or the title of a row of them.
type Panel struct {
	ID          int `json:"id"`
	Type        string
	Title       string
	Description string
	Datasource  source
	GridPos     Place `json:"gridPos"`
	FieldConfig struct {
		Defaults struct{ Unit string }
	} `json:"fieldConfig"`
	Targets []Target
}

// Place is where a panel lies on a grid of 24 columns.
type Place struct{ X, Y, W, H int }

// Target is a query of a panel.
type Target struct {
	RefID        string `json:"refId"`
	Datasource   source
	Expr         string
	LegendFormat string `json:"legendFormat"`
}

type source struct{ Type, UID string }

// Dashboards reads those in dir, in order of their files.
func Dashboards(dir string) ([]Dashboard, error) {
	files, err := filepath.Glob(filepath.Join(dir, "dashboards", "*.json"))
	if err == nil && len(files) == 0 {
		err = os.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("find dashboards: %w", err)
	}
	slices.Sort(files)
	all := make([]Dashboard, len(files))
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(text, &all[i])
		}
		if err != nil {
			return nil, fmt.Errorf("read dashboard %s: %w", file, err)
		}
		all[i].File = filepath.Base(file)
	}
	return all, nil
}
