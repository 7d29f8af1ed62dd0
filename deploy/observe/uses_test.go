package observe

import (
	"reflect"
	"testing"
)

func TestUses(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][]Use{
		`up`:                                 {{Metric: "up"}},
		`up{job=~"a|b", instance!="x"} == 0`: {{Metric: "up", Labels: []string{"instance", "job"}}},
		`rate(a_total[5m]) / ignoring (x) group_left (y) b > 1e3`:                                {{Metric: "a_total"}, {Metric: "b"}},
		`histogram_quantile(0.99, sum by (le, for) (rate(c_bucket{d="}(["}[$__rate_interval])))`: {{Metric: "c_bucket", Labels: []string{"d"}}},
		`sum without(d) (e offset 5m) or vector(0) and on () f unless g`:                         {{Metric: "e"}, {Metric: "f"}, {Metric: "g"}},
		`count(count by (v) (h)) > bool 1`:                                                       {{Metric: "h"}},
		`label_replace(rate(i[1m]), "class", "${1}xx", "status", "(.)..")`:                       {{Metric: "i"}},
	} {
		if got := Uses(query); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", query, got, want)
		}
	}
}

func TestRuleExpressions(t *testing.T) {
	t.Parallel()
	got := ruleExpressions(`groups:
  - rules:
      - alert: One
        expr: a > 1
        for: 1m
      - alert: Two
        expr: |
          b
            / c
        for: 1m
`)
	want := []Expr{{"alerts.yml: One", "a > 1"}, {"alerts.yml: Two", "b\n/ c\n"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
