package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"time"

	"parley/deploy/bench/internal/stat"
	"parley/deploy/bench/internal/swarm"
	"parley/deploy/scale"
)

// What is predicted from the small runs: a larger crowd at another rate, on 1
// to 8 replicas.
const (
	scaleStreams = 4000
	scaleRate    = 10
	scaleRounds  = 3
)

var scaleReplicas = []int{1, 2, 4, 8}

func processors() int { return runtime.NumCPU() }

// scale measures what single acts cost with small crowds of one replica, predicts
// larger ones on several, measures these, and says how far off that was.
func (b *bench) scale(ctx context.Context) (err error) {
	most := scaleReplicas[len(scaleReplicas)-1]
	f, err := b.startFleet(ctx, shape{streams: most, users: scaleStreams})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.system.stop()) }()
	crowd, err := f.startSwarm(1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, crowd.Stop()) }()
	costs, err := f.calibrate(ctx, crowd)
	if err != nil {
		return err
	}
	if b.cfg.Costs != "" {
		if err := costs.Write(b.cfg.Costs); err != nil {
			return err
		}
	}
	for _, n := range scaleReplicas {
		if err := f.compareWith(ctx, crowd, costs, n); err != nil {
			return err
		}
	}
	return nil
}

// compareWith measures what was predicted for so many replicas.
func (f *fleet) compareWith(ctx context.Context, crowd *swarm.Swarm, costs scale.Costs, replicas int) error {
	l := scale.Load{Replicas: replicas, Streams: full(f.bench, scaleStreams, 1000), Rate: scaleRate, Processors: processors(), Readers: 1}
	during := full(f.bench, costFor, time.Second)
	predicted := costs.Predict(l)
	latency := costs.Simulate(l, 20)
	if err := f.replicas(ctx, replicas); err != nil {
		return err
	}
	if _, err := f.opening(ctx, crowd, roomView, l.Streams); err != nil {
		return err
	}
	if err := pause(ctx, full(f.bench, settleTime, 2*time.Second)); err != nil {
		return err
	}
	memory, err := f.streamMemory()
	if err != nil {
		return err
	}
	measured := make(map[string]stat.Series)
	for range full(f.bench, scaleRounds, 1) {
		s, _, err := f.sample(ctx, crowd, l.Streams, l.Rate, during)
		if err != nil {
			return err
		}
		for _, part := range scale.Parts() {
			measured[string(part)] = append(measured[string(part)], s.CPU[part]/s.Seconds/1e4)
		}
		measured["all"] = append(measured["all"], s.CPU.Sum()/s.Seconds/1e4)
		measured["p50"] = append(measured["p50"], s.Latency.P50.Seconds()*1e3)
		measured["p99"] = append(measured["p99"], s.Latency.P99.Seconds()*1e3)
	}
	measured["memory"] = stat.Series{memory / (1 << 20)}
	forecast := map[string]float64{
		"all": predicted.CPU.Sum() / 1e4, "memory": predicted.Memory / (1 << 20),
		"p50": latency.P50.Seconds() * 1e3, "p99": latency.P99.Seconds() * 1e3,
	}
	for _, part := range scale.Parts() {
		forecast[string(part)] = predicted.CPU[part] / 1e4
	}
	f.reportScale(l, forecast, measured)
	return crowd.Cut(ctx)
}

// reportScale puts what was predicted beside what was measured.
func (f *fleet) reportScale(l scale.Load, forecast map[string]float64, measured map[string]stat.Series) {
	replicas := "replicas"
	if l.Replicas == 1 {
		replicas = "replica"
	}
	var others []string
	for _, part := range []scale.Part{scale.Messages, scale.Postgres, scale.Redis} {
		others = append(others, fmt.Sprintf("%s %.2f %% measured, %.2f %% predicted", part, measured[string(part)].Median(), forecast[string(part)]))
	}
	for _, one := range []struct{ key, what string }{
		{"stream", fmt.Sprintf("%d streams, %g msg/s, %d %s: CPU of the stream service, %% of a processor", l.Streams, l.Rate, l.Replicas, replicas)},
		{"all", "the same: CPU of all services"},
		{"memory", "memory of the stream service, MB (RSS)"},
		{"p50", "delivery p50, ms"},
		{"p99", "delivery p99, ms"},
	} {
		r := &result{
			row: one.what, format: "%.1f", parley: measured[one.key],
			other: stat.Series{forecast[one.key]}, otherName: "predicted",
			ratio: stat.Series{forecast[one.key] / measured[one.key].Median()}, target: within(0.2),
		}
		if one.key == "all" {
			r.notes = []string{strings.Join(others, "; ")}
		}
		off := scale.Deviation(forecast[one.key], measured[one.key].Median())
		f.logf("scale    %d %s, %s: predicted %.1f, measured %.1f, %+.0f %%", l.Replicas, replicas, one.key, forecast[one.key], measured[one.key].Median(), math.Round(100*off))
		f.report.add(r)
	}
}
