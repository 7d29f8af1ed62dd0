package scale

import (
	"strings"
	"testing"
)

func TestCountKeepsThreeDigits(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 1234: "1,230", 1_234_567: "1,230,000", 10_000: "10,000"} {
		if got := Count(v); got != want {
			t.Errorf("%g is written %s, want %s", v, got, want)
		}
	}
}

func TestBytes(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{12: "12 B", 1536: "1.5 KB", 134 << 20: "134 MB", 3 << 42: "12 TB"} {
		if got := Bytes(v); got != want {
			t.Errorf("%g is written %s, want %s", v, got, want)
		}
	}
}

func TestTableHasAColumnForEachCrowd(t *testing.T) {
	t.Parallel()
	text := sample().Table(Office(0), []float64{1e4, 1e6}, DefaultPod(), ListPrices())
	rows := strings.Split(strings.TrimSpace(text), "\n")
	if len(rows) != len(lines)+2 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		if n := strings.Count(row, "|"); n != 6 {
			t.Errorf("%d bars in %q", n, row)
		}
	}
	if !strings.Contains(rows[0], "| 10,000 | 1,000,000 | 10,000, by affinity | 1,000,000, by affinity |") {
		t.Errorf("the head is %q", rows[0])
	}
	if !strings.Contains(text, "| posts a second | 33 | 3,330 | 33 | 3,330 |") {
		t.Errorf("posts are wrong in\n%s", text)
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	text := sample().Describe(Load{Replicas: 2, Streams: 1000, Rate: 10, Processors: 2, Readers: 1})
	for _, want := range []string{"1,000 streams of one room, 10 messages a second, 2 replicas", "stream ", "Postgres ", "p99 "} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
