package scale

import (
	"math"
	"path/filepath"
	"testing"
	"time"
)

// sample is what costs would be on a machine of round numbers.
func sample() Costs {
	return Costs{
		Rest: Each{Stream: 10_000, Postgres: 5_000}, Replica: Each{Stream: 9_000, Postgres: 2_000},
		Check: Each{Stream: 2, Postgres: 1}, Ping: Each{Stream: 8}, Log: Each{Postgres: 0.5, Stream: 0.25}, LogMany: Each{Postgres: 2, Stream: 0.5},
		Open: Each{Stream: 100, Postgres: 30},
		Post: Each{Messages: 500, Postgres: 300, Redis: 10}, PostBusy: Each{Messages: 60, Postgres: 40, Redis: 3}, Copy: Each{Stream: 200, Redis: 2}, CopyBusy: Each{Stream: 100, Redis: 2},
		Delivery: Curve{{5, 12}, {20, 8}}, Read: Curve{{5, 4}, {20, 2}},
		ReplicaMemory: 30 << 20, StreamMemory: 1400, LogMemory: 1000, RoomMemory: 32, KernelMemory: 3000,
		DeliveryBytes: 400, GatewayMemory: 12_000, GatewayDeliver: 6,
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance*math.Max(math.Abs(want), 1e-12) {
		t.Errorf("%s: %g, want %g", what, got, want)
	}
}

func TestCurve(t *testing.T) {
	t.Parallel()
	c := Curve{{5, 12}, {20, 8}}
	for _, row := range [][2]float64{{1, 12}, {5, 12}, {10, 10}, {20, 8}, {1000, 8}, {math.Inf(1), 8}} {
		near(t, "cost", c.At(row[0]), row[1], 1e-9)
	}
	if Curve(nil).At(3) != 0 {
		t.Error("nothing costs something")
	}
}

func TestPredictAddsUp(t *testing.T) {
	t.Parallel()
	p := sample().Predict(Load{Replicas: 4, Streams: 4000, Rate: 10})
	near(t, "stream", p.CPU[Stream], 10_000+3*9_000+4*1000*2+4004*0.25+10*4*200+10*4000*10, 1e-9)
	near(t, "Postgres", p.CPU[Postgres], 5_000+3*2_000+4*1000*1+4004*0.5+10*300, 1e-9)
	near(t, "messages", p.CPU[Messages], 10*500, 1e-9)
	near(t, "Redis", p.CPU[Redis], 10*(10+4*2), 1e-9)
	near(t, "memory", p.Memory, 4*(30<<20)+4000*1400, 1e-9)
	near(t, "all", p.CPU.Sum(), p.CPU[Stream]+p.CPU[Postgres]+p.CPU[Messages]+p.CPU[Redis], 1e-9)
}

func TestSilenceIsPinged(t *testing.T) {
	t.Parallel()
	c := sample()
	silent := c.Predict(Load{Replicas: 1, Streams: 1500}).CPU[Stream]
	near(t, "stream", silent, 10_000+1000*2+1501*0.25+100*8, 1e-9) // of 1,500 sessions 1,000 are looked up
}

// truth returns what a run would show if these were the costs.
func truth(c Costs, streams int, rate float64) Sample {
	p := c.Predict(Load{Replicas: 1, Streams: streams, Rate: rate})
	s := Sample{Streams: streams, Rate: rate, Seconds: 5, CPU: make(Each), Delivered: int64(5 * rate * float64(streams))}
	for part, used := range p.CPU {
		s.CPU[part] = used * s.Seconds
	}
	s.Read = float64(s.Delivered) * c.Read.At(rate)
	return s
}

func TestFitFindsTheCostsAgain(t *testing.T) {
	t.Parallel()
	want, got := sample(), sample()
	got.Post, got.Copy, got.Delivery, got.Read = nil, nil, nil, nil
	var samples []Sample
	for _, n := range []int{50, 500, 1500} {
		for _, rate := range []float64{20, 5} {
			samples = append(samples, truth(want, n, rate))
		}
	}
	if err := got.Fit(samples); err != nil {
		t.Fatal(err)
	}
	near(t, "copy", got.Copy[Stream], 200, 1e-6)
	near(t, "post", got.Post[Messages], 500, 1e-6)
	near(t, "post in Postgres", got.Post[Postgres], 300, 1e-6)
	near(t, "post in Redis", got.Post[Redis], 12, 1e-6) // with its one copy
	for _, rate := range []float64{5, 10, 20} {
		near(t, "delivery", got.Delivery.At(rate), want.Delivery.At(rate), 1e-6)
		near(t, "read", got.Read.At(rate), want.Read.At(rate), 1e-6)
	}
}

func TestFitNeedsTwoCrowdsAndTwoRates(t *testing.T) {
	t.Parallel()
	c := sample()
	for _, samples := range [][]Sample{
		nil,
		{truth(c, 50, 5), truth(c, 500, 5)},
		{truth(c, 50, 5), truth(c, 500, 5), truth(c, 50, 20)},
	} {
		fitted := sample()
		if err := fitted.Fit(samples); err == nil {
			t.Errorf("%d samples are enough", len(samples))
		}
	}
}

func TestCostsTravel(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "costs.json")
	want := sample()
	if err := want.Write(path); err != nil {
		t.Fatal(err)
	}
	got, err := ReadCosts(path)
	if err != nil {
		t.Fatal(err)
	}
	load := Load{Replicas: 3, Streams: 777, Rate: 7}
	near(t, "prediction", got.Predict(load).CPU.Sum(), want.Predict(load).CPU.Sum(), 1e-12)
	if _, err := ReadCosts(path + "x"); err == nil {
		t.Error("read a file that is not there")
	}
}

func TestDeviation(t *testing.T) {
	t.Parallel()
	near(t, "deviation", Deviation(12, 10), 0.2, 1e-9)
	near(t, "deviation", Deviation(8, 10), -0.2, 1e-9)
	if Deviation(1, 0) != 0 {
		t.Error("nothing can be off from nothing")
	}
}

// One loop, no reader: the messages wait for nobody, so all can be told by hand.
func TestSimulateOneLoop(t *testing.T) {
	t.Parallel()
	c := sample()
	c.Commit = 2000
	l := c.Simulate(Load{Replicas: 1, Streams: 1000, Rate: 5, Processors: 1}, 5)
	before := 500 + 300 + 2000 + 12 + 200. // messages, Postgres, commit, Redis, receiving
	within := 3. * step / 1000             // each stage begins at a step
	near(t, "p50, ms", l.P50.Seconds()*1e3, (before+0.5*1000*12)/1e3, within)
	near(t, "p99, ms", l.P99.Seconds()*1e3, (before+0.99*1000*12)/1e3, within)
}

// Twice the processors, half the time of a turn; more replicas than processors
// don't change it, but for what each receives.
func TestSimulateSharesProcessors(t *testing.T) {
	t.Parallel()
	c := sample()
	at := func(replicas, processors int) float64 {
		return c.Simulate(Load{Replicas: replicas, Streams: 8000, Rate: 5, Processors: processors}, 4).P99.Seconds()
	}
	near(t, "two processors", at(1, 2), at(1, 1)/2, 0.03)
	near(t, "eight replicas", at(8, 2), at(1, 2), 0.03)
	c.Processors = 1.5
	near(t, "processors that are had in part", at(1, 2), at(1, 1)/1.5, 0.2)
}

// Who reads on the same machine takes time from who writes.
func TestSimulateReaders(t *testing.T) {
	t.Parallel()
	c := sample()
	without := c.Simulate(Load{Replicas: 1, Streams: 4000, Rate: 5, Processors: 1}, 3).P99
	with := c.Simulate(Load{Replicas: 1, Streams: 4000, Rate: 5, Processors: 1, Readers: 1}, 3).P99
	near(t, "more", (with - without).Seconds(), 0.99*4000*4e-6, 0.1)
}

// Messages faster than a turn go out together: latency stays near the length of a
// turn and of the rest after it.
func TestSimulateRests(t *testing.T) {
	t.Parallel()
	c := sample()
	l := c.Simulate(Load{Replicas: 1, Streams: 1000, Rate: 100, Processors: 1}, 100)
	if turn := time.Duration(1000*8) * time.Microsecond; l.P99 < turn || l.P99 > 5*turn {
		t.Errorf("p99 %s, while a turn takes %s", l.P99, turn)
	}
}

func TestFitLatencyFindsTheProcessorsAgain(t *testing.T) {
	t.Parallel()
	want := sample()
	want.Processors, want.Commit = 1.6, 3000
	var samples []Sample
	for _, n := range []int{500, 1500} {
		for _, rate := range []float64{5, 20} {
			s := truth(want, n, rate)
			s.Latency = want.Simulate(Load{Replicas: 1, Streams: n, Rate: rate, Processors: 2, Readers: 1}, 3)
			samples = append(samples, s)
		}
	}
	got := sample()
	got.FitLatency(samples, 2, 1)
	near(t, "processors", got.Processors, 1.6, 0.01)
	near(t, "waiting", got.Commit, 3000, 0.01)
}
