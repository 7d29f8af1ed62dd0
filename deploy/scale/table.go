package scale

import (
	"fmt"
	"strings"
	"time"
)

// Table returns what crowds need, in Markdown: first as clients are spread over
// replicas by chance, then with affinity.
func (c Costs) Table(u Use, crowds []float64, pod Pod, prices Prices) string {
	var sizes []Size
	head := []string{""}
	for _, affinity := range []bool{false, true} {
		for _, n := range crowds {
			u.Streams, u.Affinity = n, affinity
			sizes = append(sizes, c.Size(u, pod, prices))
			name := Count(n)
			if affinity {
				name += ", by affinity"
			}
			head = append(head, name)
		}
	}
	var b strings.Builder
	row(&b, head)
	b.WriteString(strings.Repeat("|---", len(head)) + "|\n")
	for _, line := range lines {
		cells := []string{line.name}
		for _, s := range sizes {
			cells = append(cells, line.write(line.value(s)))
		}
		row(&b, cells)
	}
	return b.String()
}

func row(b *strings.Builder, cells []string) {
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

var lines = []struct {
	name  string
	value func(Size) float64
	write func(float64) string
}{
	{"posts a second", func(s Size) float64 { return s.Posts }, Count},
	{"deliveries a second", func(s Size) float64 { return s.Deliveries }, Count},
	{"streams that open, a second", func(s Size) float64 { return s.Opens }, Count},
	{"publishes that Redis hands to replicas, a second", func(s Size) float64 { return s.Copies }, Count},
	{"heads compared, a second", func(s Size) float64 { return s.Heads }, Count},
	{"**pods of stream**", func(s Size) float64 { return s.Pods }, Count},
	{"processors of stream", func(s Size) float64 { return s.StreamCPU }, processors},
	{"memory of stream", func(s Size) float64 { return s.StreamMemory }, Bytes},
	{"processors of nginx", func(s Size) float64 { return s.GatewayCPU }, processors},
	{"memory of nginx", func(s Size) float64 { return s.GatewayMemory }, Bytes},
	{"the kernel's memory for sockets, pods and gateways", func(s Size) float64 { return s.KernelMemory }, Bytes},
	{"processors of messages", func(s Size) float64 { return s.MessagesCPU }, processors},
	{"**processors of Postgres**", func(s Size) float64 { return s.PostgresCPU }, processors},
	{"of that for posts", func(s Size) float64 { return s.PostsCPU }, processors},
	{"of that for sessions", func(s Size) float64 { return s.SessionsCPU }, processors},
	{"of that for heads", func(s Size) float64 { return s.HeadsCPU }, processors},
	{"processors of Redis", func(s Size) float64 { return s.RedisCPU }, processors},
	{"**shards of Redis**", func(s Size) float64 { return s.RedisShards }, Count},
	{"network to clients", func(s Size) float64 { return s.Network }, func(v float64) string { return unit(v, 1000, "bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s") }},
	{"dollars a month: processors", func(s Size) float64 { return s.MonthProcessors }, Count},
	{"memory", func(s Size) float64 { return s.MonthMemory }, Count},
	{"egress", func(s Size) float64 { return s.MonthEgress }, Count},
}

func processors(v float64) string {
	if v < 9.95 {
		return fmt.Sprintf("%.2g", v)
	}
	return Count(v)
}

// Count writes a number with its thousands apart, and no more than three digits
// that mean something.
func Count(v float64) string {
	text := fmt.Sprintf("%.0f", v)
	if n := len(text) - 3; n > 0 {
		text = text[:3] + strings.Repeat("0", n)
	}
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Bytes writes a size.
func Bytes(v float64) string { return unit(v, 1024, "B", "KB", "MB", "GB", "TB") }

func unit(v, step float64, names ...string) string {
	i := 0
	for v >= step && i < len(names)-1 {
		v /= step
		i++
	}
	if v < 10 {
		return fmt.Sprintf("%.1f %s", v, names[i])
	}
	return fmt.Sprintf("%.0f %s", v, names[i])
}

// Describe says what a load comes to.
func (c Costs) Describe(l Load) string {
	var b strings.Builder
	p := c.Predict(l)
	fmt.Fprintf(&b, "%s streams of one room, %g messages a second, %d replicas, %d processors:\n", Count(float64(l.Streams)), l.Rate, l.Replicas, l.Processors)
	for _, part := range Parts() {
		fmt.Fprintf(&b, "  %-9s %6.1f %% of a processor\n", part, p.CPU[part]/1e4)
	}
	latency := c.Simulate(l, describedMessages)
	fmt.Fprintf(&b, "  memory of stream %s, delivery p50 %s, p99 %s\n", Bytes(p.Memory),
		latency.P50.Round(100*time.Microsecond), latency.P99.Round(100*time.Microsecond))
	return b.String()
}

// describedMessages is how many messages are followed.
const describedMessages = 20
