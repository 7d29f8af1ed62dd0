package bench

import (
	"strings"
	"testing"
	"time"

	"parley/deploy/bench/internal/stat"
)

func TestVerdictIsOnTheMedian(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		result result
		want   string
	}{
		{result{}, ""},
		{result{parley: stat.Series{1, 1.9, 9}, target: atMost(2)}, "≤ 2: **met**"},
		{result{parley: stat.Series{2.1}, target: atMost(2)}, "≤ 2: **missed**"},
		{result{ratio: stat.Series{1.4, 1.6, 2}, target: atLeastRatio(1.5)}, "≥ 1.5 ×: **met**"},
		{result{parley: stat.Series{0.1}, ratio: stat.Series{1.3}, target: atMostRatio(1.2)}, "≤ 1.2 ×: **missed**"},
		{result{ratio: stat.Series{0.81}, target: within(0.2)}, "1 ± 0.2: **met**"},
		{result{ratio: stat.Series{1.21}, target: within(0.2)}, "1 ± 0.2: **missed**"},
	} {
		if got := test.result.verdict(); got != test.want {
			t.Errorf("%+v: %q, want %q", test.result, got, test.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{7: "7", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := number("%.0f", v); got != want {
			t.Errorf("%g is written %s", v, got)
		}
	}
	for d, want := range map[time.Duration]string{
		250 * time.Microsecond: "250 µs", 1500 * time.Microsecond: "1.5 ms", 42 * time.Millisecond: "42 ms", 1500 * time.Millisecond: "1.50 s",
	} {
		if got := short(d); got != want {
			t.Errorf("%s is written %s", d, got)
		}
	}
}

func TestLoadGoesNowhereElse(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://192.0.2.1:80/", "http://example.com:80/", "https://127.0.0.1:80/", "http://127.0.0.1/", "127.0.0.1:80"} {
		if _, err := (Peer{SubURL: url, PubURL: url, Body: placeholder}).subject(); err == nil {
			t.Errorf("%s was taken", url)
		}
	}
	s, err := Peer{SubURL: "http://127.0.0.1:80/sub?topic=x", PubURL: "http://127.0.0.2:80/pub", Body: "data={{body}}", PubHeaders: []string{"A: b"}}.subject()
	if err != nil {
		t.Fatal(err)
	}
	if got := string(s.post(0, "")); !strings.HasPrefix(got, "POST /pub HTTP/1.1\r\nHost: 127.0.0.2:80\r\nA: b\r\nContent-Length: 155\r\n\r\ndata=~") {
		t.Errorf("posts %q", got)
	}
}
